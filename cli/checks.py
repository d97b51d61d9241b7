"""What must hold before a change is merged."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cli.paths import PYTHON_ML, ROOT

_BIN: Final = Path(sys.executable).parent
_CHECKS: Final = (
    (str(_BIN / "ruff"), "check", "."),
    (str(_BIN / "ruff"), "format", "--check", "."),
    (str(_BIN / "mypy"),),
    (str(_BIN / "lint-imports"),),
)
_SOAKS: Final = ("tests.fuzz", "tests.simulation", "tests.e2e.soak")
"""Modules that look for what a test of seconds does not meet: ``python -m MODULE --minutes M``."""


def test() -> int:
    """Both environments' tests; the first exit status that is not 0."""
    light = (sys.executable, "-m", "pytest", "tests", "--ignore", "tests/ml")
    training = (str(PYTHON_ML), "-m", "pytest", "tests/ml")
    return _first_failure([_call(training), _call(light)])


def lint() -> int:
    """Linter, formatter, types and import contracts; all are run, the first exit status that is not 0 is kept."""
    return _first_failure([_call(command) for command in _CHECKS])


def bench() -> int:
    """All benchmarks; not 0 where a ratio does not hold."""
    return _call((sys.executable, "-m", "benchmarks"))


def soak(minutes: float) -> int:
    """Everything that finds more the longer it runs, each for ``minutes``; all are run."""
    return _first_failure([_call((sys.executable, "-m", module, "--minutes", f"{minutes:g}")) for module in _SOAKS])


def _call(command: Sequence[str]) -> int:
    print(f"$ {' '.join([Path(command[0]).name, *command[1:]])}", flush=True)
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _first_failure(codes: Sequence[int]) -> int:
    return next((code for code in codes if code != 0), 0)
