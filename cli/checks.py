"""The checks of a change: tests, linter, types, import contracts, benchmarks and soaks."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Suite:
    """Tests of one or more folders, which pytest runs together.

    Args:
        folders: under ``tests``.
        python: interpreter of their environment.
        options: further arguments of pytest.
        has_thorough: whether some of the tests are marked ``thorough``.
    """

    folders: tuple[str, ...]
    python: str = sys.executable
    options: tuple[str, ...] = ()
    has_thorough: bool = False

    @property
    def name(self) -> str:
        return " and ".join(self.folders)

    def command(self, thorough: bool) -> tuple[str, ...]:
        """Run the tests that are marked ``thorough``, or all others; list the slowest."""
        folders = (f"tests/{folder}" for folder in self.folders)
        selection = ("-m", "thorough" if thorough else "not thorough", "--durations", "5", "--durations-min", "1")
        return (self.python, "-m", "pytest", *folders, *selection, *self.options)


_PARALLEL: Final = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile")
"""One process for each core. All tests of a file run in the same one, so that they share its servers."""
SUITES: Final = (
    Suite(("unit", "infra"), options=_PARALLEL),
    Suite(("simulation",), has_thorough=True),  # uses all cores by itself
    Suite(("ml",), str(PYTHON_ML), has_thorough=True),
    Suite(("contract",), options=_PARALLEL, has_thorough=True),
    Suite(("e2e",), options=_PARALLEL, has_thorough=True),
)
"""The quickest first."""


class Soak(StrEnum):
    """The parts of a soak: each finds more the longer it runs."""

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
"""The module of each part, and its arguments. With ``--minutes`` a module does less."""


def test(thorough: bool = False) -> int:
    """Run all suites even where one fails, and print how long each takes; the first exit status that is not 0.

    Args:
        thorough: run the tests that are marked ``thorough`` instead of all others.
    """
    exit_codes, times = [], []
    for suite in suites(thorough):
        began = time.monotonic()
        exit_codes.append(_call(suite.command(thorough)))
        times.append(f"{suite.name} {time.monotonic() - began:.0f} s")
    print("Time:", ", ".join(times), flush=True)
    return _first_failure(exit_codes)


def suites(thorough: bool) -> list[Suite]:
    """The suites that have tests to run."""
    return [suite for suite in SUITES if suite.has_thorough or not thorough]


def lint() -> int:
    """Run linter, formatter, type checker and import contracts; the first exit status that is not 0."""
    return _first_failure([_call(command) for command in _CHECKS])


def bench() -> int:
    """Run all benchmarks; not 0 where a ratio does not hold."""
    return _call((sys.executable, "-m", "benchmarks"))


def soak(part: Soak | None, minutes: float | None, first: int | None) -> int:
    """Run one part, or all of them even where one fails; ``minutes`` bounds each part."""
    return _first_failure([_call((sys.executable, "-m", *command)) for command in soaks(part, minutes, first)])


def soaks(part: Soak | None, minutes: float | None, first: int | None) -> list[tuple[str, ...]]:
    """The modules to run, each with its arguments; ``first`` is the number of the first storm."""
    bound = ("--minutes", f"{minutes:g}") if minutes is not None else ()
    start = {Soak.STORMS: ("--first", str(first))} if first is not None else {}
    return [(*_SOAKS[part], *bound, *start.get(part, ())) for part in ([part] if part else Soak)]


def _call(command: Sequence[str]) -> int:
    print(f"$ {' '.join([Path(command[0]).name, *command[1:]])}", flush=True)
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _first_failure(codes: Sequence[int]) -> int:
    return next((code for code in codes if code != 0), 0)
