"""Suites of lives in which one call fails, or two of one upload's."""

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
"""Calls after which the world may be another one."""
ONE: Final = "one upload"
_OTHERS: Final = tuple(life for life in LIVES if life.startswith("an upload"))
Fault = tuple[int, Kind]
"""(number of the call, what happens to it)"""


@dataclass(frozen=True)
class Failing(Single):
    """A life, one of ``LIVES``, in which some calls fail."""

    plan: tuple[Fault, ...]
    life: str = ONE

    def begun(self) -> Lived:
        return Lived(LIVES[self.life], Simulation(dict(self.plan), **SETTINGS.get(self.life, {})))


@dataclass(frozen=True)
class FailingTwice:
    """All lives that fail once as said, and once more later on."""

    first: Fault
    kinds: tuple[Kind, ...] = CRASHES

    def runs(self) -> Iterator[Run]:
        """One by one."""
        simulation = Simulation(dict([self.first]))
        lives.one(simulation)
        later = [fault for fault in _faults(simulation.faults, self.kinds) if fault[0] > self.first[0]]
        for fault in later:
            yield from Failing((self.first, fault)).runs()


def calls_of(life: str) -> list[str]:
    """Names of the calls in a life in which nothing fails, in order."""
    return _undisturbed(life).calls


def once() -> list[Batch]:
    """Every call of one upload's life, each with every kind of fault; then those of other lives that differ."""
    return [*_once_at_all(), *(Failing((fault,), life) for life in _OTHERS for fault in _differing(life))]


def _once_at_all() -> list[Batch]:
    calls = range(len(_undisturbed(ONE).calls))
    return [Failing(((call, kind),)) for kind in KINDS for call in calls]


def _differing(life: str) -> Iterator[Fault]:
    """Faults at the calls from where a life parts from that of one upload; those that make equal worlds once."""
    ours, others = _undisturbed(life), _undisturbed(ONE)
    parted = next((call for call, (a, b) in enumerate(zip(ours.calls, others.calls, strict=False)) if a != b), 0)
    faults = [*_crashes(ours), *((call, kind) for call, name in enumerate(ours.calls) for kind in _errors(name))]
    return (fault for fault in faults if fault[0] >= parted)


def _errors(name: str) -> tuple[Kind, ...]:
    """Without a crash; where nothing changes, an answer that is lost is none."""
    return ("throttled", "failed", "timed out") if _CHANGES.search(name) else ("throttled", "failed")


def crashing_twice() -> list[Batch]:
    """All pairs of crashes; those that leave equal worlds are run once."""
    return [FailingTwice(fault) for fault in _faults(_undisturbed(ONE), CRASHES)]


def failing_twice() -> list[Batch]:
    """All pairs of all faults."""
    return [FailingTwice(fault, KINDS) for fault in _faults(_undisturbed(ONE), KINDS)]


@cache
def _undisturbed(life: str) -> Faults:
    simulation = Simulation(**SETTINGS.get(life, {}))
    LIVES[life](simulation)
    return simulation.faults


def _faults(seen: Faults, kinds: tuple[Kind, ...]) -> list[Fault]:
    if kinds == CRASHES:
        return list(_crashes(seen))
    return [(call, kind) for call in range(len(seen.calls)) for kind in kinds]


def _crashes(seen: Faults) -> Iterator[Fault]:
    """The crashes that differ: a process that dies has lost nothing but what it would have written next."""
    for call, name in enumerate(seen.calls):
        if call in seen.first_calls:
            yield call, "crash before"
        if _CHANGES.search(name):
            yield call, "crash after"
