"""Runs a host in a process that is forked after all imports, which are most of a host's start."""

import multiprocessing
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.functions_host.__main__ import main

PATIENCE: Final = 60.0
_PROCESSES: Final = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__, "pytest"])


@dataclass(frozen=True)
class Ended:
    """A host that has ended."""

    status: int | None
    errors: str


def run(arguments: list[str], environment: dict[str, str], errors: Path) -> Ended:
    """Run ``python -m local.functions_host`` with these arguments until it ends.

    Args:
        errors: file for its standard error.

    Returns:
        Its exit status (None if it still ran after a minute) and what it wrote to ``errors``.
    """
    process = _PROCESSES.Process(target=_run, args=(arguments, environment, errors))
    process.start()
    process.join(PATIENCE)
    status = process.exitcode
    process.kill()
    return Ended(status, errors.read_text())


def _run(arguments: list[str], environment: dict[str, str], errors: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments
    with errors.open("w") as file:
        os.dup2(file.fileno(), sys.stderr.fileno())
    sys.exit(main())
