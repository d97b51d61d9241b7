"""``python -m local.azureml.runner STEP --spec SPEC.json``: runs one step.

The exit status is 0, or 1 with ``{"error": {"code", "message"}}`` as the last line of standard error.
"""

import argparse
import importlib
import json
import sys
import traceback
from pathlib import Path

from local.azureml.runner.errors import StepError
from local.azureml.runner.metrics import MetricLog
from local.azureml.runner.process import cancel_on_sigterm, prepare_environment
from local.azureml.runner.spec import Spec

STEPS = ("model_import", "preprocess", "finetune", "convert")


def main(arguments: list[str]) -> int:
    """Run the step that the command line names; return the exit status."""
    options = _parse(arguments)
    try:
        cancel_on_sigterm()
        _run(options.step, Spec.read(options.spec))
    except StepError as error:
        return _fail(error.code, error.message)
    except Exception as error:
        traceback.print_exc()
        return _fail("InternalError", f"{type(error).__name__}: {error}")
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.azureml.runner", description="One step of a fine-tuning run")
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--spec", type=Path, required=True, help="JSON file with the step's inputs and outputs")
    return parser.parse_args(arguments)


def _run(step: str, spec: Spec) -> None:
    """Set the environment, then import the step: torch and transformers read the environment when they are imported."""
    prepare_environment(spec.threads)
    importlib.import_module(f"local.azureml.runner.{step}").run(spec, MetricLog(spec.metrics_file))


def _fail(code: str, message: str) -> int:
    sys.stdout.flush()
    print(json.dumps({"error": {"code": code, "message": message}}), file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
