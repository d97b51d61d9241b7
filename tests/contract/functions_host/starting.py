"""Runs hosts that end by themselves, each forked from one process that has done the imports: most of a host's start."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from local.functions_host.__main__ import main

ROOT: Final = Path(__file__).parents[3]
_SECONDS: Final = 60
"""After which a host that has not ended is killed."""


@dataclass(frozen=True)
class Ended:
    """A host that has ended."""

    status: int
    errors: str


class Hosts:
    """``with Hosts() as hosts: hosts.run(arguments, environment, errors)``."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", __name__]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)

    def run(self, arguments: list[str], environment: Mapping[str, str], errors: Path) -> Ended:
        """Run ``python -m local.functions_host`` with these arguments until it ends.

        Args:
            errors: file for its standard error.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        print(json.dumps([arguments, dict(environment), str(errors)]), file=self._process.stdin, flush=True)
        return Ended(int(self._process.stdout.readline()), errors.read_text())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()


def serve() -> None:
    """For each request on standard input, run a host; print its exit status."""
    for line in sys.stdin:
        if (pid := os.fork()) == 0:
            sys.exit(_host(*json.loads(line)))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _host(arguments: list[str], environment: dict[str, str], errors: str) -> int:
    signal.alarm(_SECONDS)
    with open(errors, "w") as file, open(os.devnull, "w") as nothing:  # noqa: PTH123 - as the descriptors below
        os.dup2(file.fileno(), sys.stderr.fileno())
        os.dup2(nothing.fileno(), sys.stdout.fileno())
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments
    return main()


if __name__ == "__main__":
    serve()
