"""What the Functions worker sees of the app, in a fresh interpreter."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

_ROOT: Final = Path(__file__).parents[3]
_INDEX: Final = """
import json, sys
import azure.functions, function_app
indexed = function_app.app.get_functions()
functions = {f.get_function_name(): [json.loads(b) for b in f.get_raw_bindings()] for f in indexed}
print(json.dumps({"version": azure.functions.__version__, "functions": functions, "modules": sorted(sys.modules)}))
"""


def indexed(**environment: str) -> dict[str, Any]:
    """Index the app with these environment variables and no others, except ``PATH``.

    Returns:
        ``version`` of azure-functions, ``functions`` with the bindings of each by its name, and the ``modules`` that
        were loaded.
    """
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": environment.pop("PYTHONPATH", "")} | environment
    run = subprocess.run(
        [sys.executable, "-c", _INDEX], cwd=_ROOT, env=environment, capture_output=True, text=True, check=True
    )
    result: dict[str, Any] = json.loads(run.stdout)
    return result
