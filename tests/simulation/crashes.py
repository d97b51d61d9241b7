"""Suites: lives in which one call fails, and one upload's life in which two calls fail."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.doubles.faults import CRASHES, KINDS, Faults, Kind
from tests.simulation import lives
from tests.simulation.lives import LIVES, SETTINGS, Lived
from tests.simulation.simulation import Batch, Run, Simulation, Single

_CHANGES: Final = re.compile(
    r"\.(create|replace|append|put|mark_requested|remove|write|stage|commit|send|submit|cancel|register|set|delete|publish)"
)
"""Calls that may change the world."""
ONE: Final = "one upload"
_OTHERS: Final = tuple(life for life in LIVES if life.startswith("an upload"))
Fault = tuple[int, Kind]
"""(number of the call, what happens to it)."""


@dataclass(frozen=True)
class Failing(Single):
    """A life, one of ``LIVES``, in which some calls fail."""

    plan: tuple[Fault, ...]
    life: str = ONE

    def begun(self) -> Lived:
        return Lived(LIVES[self.life], Simulation(dict(self.plan), **SETTINGS.get(self.life, {})))


@dataclass(frozen=True)
class FailingTwice:
    """One upload's life with this fault, and with each second fault after it."""

    first: Fault
    kinds: tuple[Kind, ...] = CRASHES

    def runs(self) -> Iterator[Run]:
        """Run each pair."""
        simulation = Simulation(dict([self.first]))
        lives.one_upload(simulation)
        later = [fault for fault in _faults(simulation.faults, self.kinds) if fault[0] > self.first[0]]
        for fault in later:
            yield from Failing((self.first, fault)).runs()


def calls_of(life: str) -> list[str]:
    """Names of the calls in a life without faults, in order."""
    return _undisturbed(life).calls


def once() -> list[Batch]:
    """Every fault at every call of one upload's life; then the faults of other lives at calls that differ."""
    return [*_once_in_one_upload(), *(Failing((fault,), life) for life in _OTHERS for fault in _differing(life))]


def _once_in_one_upload() -> list[Batch]:
    calls = range(len(_undisturbed(ONE).calls))
    return [Failing(((call, kind),)) for kind in KINDS for call in calls]


def _differing(life: str) -> Iterator[Fault]:
    """Faults from the call at which a life differs from that of one upload. Faults with equal outcomes come once."""
    ours, common = _undisturbed(life), _undisturbed(ONE)
    first = next((call for call, (a, b) in enumerate(zip(ours.calls, common.calls, strict=False)) if a != b), 0)
    faults = [*_crashes(ours), *((call, kind) for call, name in enumerate(ours.calls) for kind in _errors(name))]
    return (fault for fault in faults if fault[0] >= first)


def _errors(name: str) -> tuple[Kind, ...]:
    """All faults but crashes. The lost reply of a read is the same as a failed read."""
    return ("throttled", "failed", "timed out") if _CHANGES.search(name) else ("throttled", "failed")


def crashing_twice() -> list[Batch]:
    """All pairs of crashes. Crashes with equal outcomes are run once."""
    return [FailingTwice(fault) for fault in _faults(_undisturbed(ONE), CRASHES)]


def failing_twice() -> list[Batch]:
    """All pairs of all faults."""
    return [FailingTwice(fault, KINDS) for fault in _faults(_undisturbed(ONE), KINDS)]


@cache
def _undisturbed(life: str) -> Faults:
    simulation = Simulation(**SETTINGS.get(life, {}))
    LIVES[life](simulation)
    return simulation.faults


def _faults(undisturbed: Faults, kinds: tuple[Kind, ...]) -> list[Fault]:
    if kinds == CRASHES:
        return list(_crashes(undisturbed))
    return [(call, kind) for call in range(len(undisturbed.calls)) for kind in kinds]


def _crashes(undisturbed: Faults) -> Iterator[Fault]:
    """Crashes with different outcomes: a dead process only loses what it would have written next."""
    for call, name in enumerate(undisturbed.calls):
        if call in undisturbed.first_calls:
            yield call, "crash before"
        if _CHANGES.search(name):
            yield call, "crash after"
