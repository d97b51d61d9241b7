"""Suites of one upload's life in which one or two calls fail."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.doubles.faults import CRASHES, KINDS, Faults, Kind
from tests.simulation import lives
from tests.simulation.lives import Lived
from tests.simulation.simulation import Batch, Run, Simulation, Single

_CHANGES: Final = re.compile(
    r"\.(create|replace|append|put|remove|write|stage|commit|send|submit|cancel|register|set|delete|publish)"
)
"""Calls after which the world may be another one."""
Fault = tuple[int, Kind]
"""(number of the call, what happens to it)"""


@dataclass(frozen=True)
class Failing(Single):
    """One upload's life in which some calls fail."""

    plan: tuple[Fault, ...]

    def begun(self) -> Lived:
        return Lived(lives.one, Simulation(dict(self.plan)))


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


def once() -> list[Batch]:
    """Every call, each with every kind of fault."""
    calls = range(len(_undisturbed().calls))
    return [Failing(((call, kind),)) for kind in KINDS for call in calls]


def crashing_twice() -> list[Batch]:
    """All pairs of crashes; those that leave equal worlds are run once."""
    return [FailingTwice(fault) for fault in _faults(_undisturbed(), CRASHES)]


def failing_twice() -> list[Batch]:
    """All pairs of all faults."""
    return [FailingTwice(fault, KINDS) for fault in _faults(_undisturbed(), KINDS)]


@cache
def _undisturbed() -> Faults:
    simulation = Simulation()
    lives.one(simulation)
    return simulation.faults


def _faults(seen: Faults, kinds: tuple[Kind, ...]) -> list[Fault]:
    if kinds == CRASHES:
        return list(_crashes(seen))
    return [(call, kind) for call in range(len(seen.calls)) for kind in kinds]


def _crashes(seen: Faults) -> Iterator[Fault]:
    """The crashes that differ: a process that dies has lost nothing but what it would have written next."""
    for call, name in enumerate(seen.calls):
        if call in seen.begun:
            yield call, "crash before"
        if _CHANGES.search(name):
            yield call, "crash after"
