"""Suites of one upload's life in which one or two calls fail."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.doubles.faults import CRASHES, KINDS, Faults, Kind
from tests.simulation import lives
from tests.simulation.simulation import Schedule, Simulation, violations

_CHANGES: Final = re.compile(
    r"\.(create|replace|append|put|remove|write|stage|commit|send|submit|cancel|register|set|delete|publish)"
)
"""Calls after which the world may be another one."""
Fault = tuple[int, Kind]
"""(number of the call, what happens to it)"""


@dataclass(frozen=True)
class Failing:
    """One upload's life in which some calls fail."""

    plan: tuple[Fault, ...]

    def run(self) -> list[str]:
        simulation = Simulation(dict(self.plan))
        lives.one(simulation)
        return simulation.violations()


@dataclass(frozen=True)
class FailingTwice:
    """All lives that fail once as said, and once more later on."""

    first: Fault
    kinds: tuple[Kind, ...] = CRASHES

    def run(self) -> list[str]:
        simulation = Simulation(dict([self.first]))
        lives.one(simulation)
        later = [fault for fault in _faults(simulation.faults, self.kinds) if fault[0] > self.first[0]]
        found = ((fault, violations(Failing((self.first, fault)))) for fault in later)
        return [f"{self.first}, {fault}: {', '.join(wrong)}" for fault, wrong in found if wrong]


def once() -> list[Schedule]:
    """Every call, each with every kind of fault."""
    calls = range(len(_undisturbed().calls))
    return [Failing(((call, kind),)) for kind in KINDS for call in calls]


def crashing_twice() -> list[Schedule]:
    """All pairs of crashes; those that leave equal worlds are run once."""
    return [FailingTwice(fault) for fault in _faults(_undisturbed(), CRASHES)]


def failing_twice() -> list[Schedule]:
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
