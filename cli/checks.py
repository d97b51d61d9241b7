"""What must hold before a change is merged."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
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


class Soak(StrEnum):
    """What finds more the longer it runs."""

    FUZZ = "fuzz"
    PAIRS = "pairs"
    STORMS = "storms"
    KILLS = "kills"
    BURST = "burst"


_SOAKS: Final[Mapping[Soak, tuple[str, ...]]] = {
    Soak.FUZZ: ("tests.fuzz", "--minutes", "10"),
    Soak.PAIRS: ("tests.simulation", "pairs"),
    Soak.STORMS: ("tests.simulation", "storms", "--storms", "1000000"),
    Soak.KILLS: ("tests.e2e.soak", "kills", "--kills", "100"),
    Soak.BURST: ("tests.e2e.soak", "burst", "--uploads", "1000"),
}
"""Modules and their arguments; each takes ``--minutes`` as well, and then does less."""


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


def soak(part: Soak | None, minutes: float | None, first: int | None) -> int:
    """One part, or all of them even where one fails; whole, or each for about ``minutes``."""
    return _first_failure([_call((sys.executable, "-m", *each)) for each in soaks(part, minutes, first)])


def soaks(part: Soak | None, minutes: float | None, first: int | None) -> list[tuple[str, ...]]:
    """Modules and their arguments; ``first`` is the number of the first storm."""
    bound = ("--minutes", f"{minutes:g}") if minutes is not None else ()
    start = {Soak.STORMS: ("--first", str(first))} if first is not None else {}
    return [(*_SOAKS[one], *bound, *start.get(one, ())) for one in ([part] if part else Soak)]


def _call(command: Sequence[str]) -> int:
    print(f"$ {' '.join([Path(command[0]).name, *command[1:]])}", flush=True)
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _first_failure(codes: Sequence[int]) -> int:
    return next((code for code in codes if code != 0), 0)
