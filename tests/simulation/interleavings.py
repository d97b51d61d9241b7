"""Suites in which a second worker joins in at one point of a quiet life, and both preempt each other at most twice."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache, partial
from itertools import count
from typing import Final

from shared.engine import advance
from shared.intents import decide
from shared.states import ENDS, State
from shared.sweeps.reap import reap
from tests.simulation import lives
from tests.simulation.simulation import Schedule, Simulation, violations
from tests.simulation.workers import Invocation, TakingTurns

Life = Callable[[Simulation], None]
Other = Callable[[Simulation, Invocation], Invocation | None]
"""What the second worker does beside the first; ``None``: there is nothing for it to do."""
_BEFORE_THE_ENDPOINT: Final = frozenset({State.RECEIVED, State.PREPARED, State.SUBMITTED, State.TRAINED})


class Joined(Simulation):
    """At one invocation of the app a second worker joins in.

    Args:
        at: number of that invocation.
        turns: as in ``TakingTurns``.
    """

    def __init__(self, at: int | None = None, other: Other | None = None, turns: Iterable[int] = ()) -> None:
        super().__init__()
        self.stations: list[tuple[str, State | None]] = []
        """What each invocation was, and the state of the run that it advanced."""
        self.workers = TakingTurns(self.faults, super().do, turns)
        self._at = at
        self._other = other

    def do(self, call: Invocation) -> bool:
        joins = self._at == len(self.stations)
        self.stations.append(self._station(call))
        second = self._other(self, call) if joins and self._other else None
        if second is None:
            return super().do(call)
        self.workers.run(call, second)
        return self.workers.succeeded[0]

    def _station(self, call: Invocation) -> tuple[str, State | None]:
        if not isinstance(call, partial):
            return "deliver", None
        found = self.ports.runs.get(*call.args[:2]) if call.func is advance else None
        return call.func.__name__, found.value.state if found else None


@dataclass(frozen=True)
class Joining:
    """All ways in which a second worker can join in at one invocation.

    Args:
        order: of the first turns: 0, the invocation's own worker begins; 1, the other does.
    """

    life: Life
    at: int
    other: Other
    order: int

    def run(self) -> list[str]:
        """Longer and longer turns, until longer ones make no difference."""
        found: list[str] = []
        cut = self.order + 1
        for first in count(1):
            if cut <= self.order:
                break
            for second in count(1):
                turns = (*[0] * self.order, first, second)
                cut, wrong = self._with(turns)
                found += [f"turns of {turns}: {'; '.join(wrong)}"] if wrong else []
                if cut < len(turns):
                    break
        return found

    def _with(self, turns: tuple[int, ...]) -> tuple[int, list[str]]:
        """(how many turns were over before their worker was, what was violated)"""
        joined = Joined(self.at, self.other, turns)
        wrong = violations(_Lived(self.life, joined))
        return joined.workers.cut, wrong


@dataclass(frozen=True)
class _Lived:
    life: Life
    simulation: Simulation

    def run(self) -> list[str]:
        self.life(self.simulation)
        return self.simulation.violations()


def of_one_run() -> list[Schedule]:
    """Two workers advance one run, at every point of its life; or one of them has just been told to cancel it."""
    states = frozenset(State)
    return [*_schedules(lives.one, _the_same, states, ()), *_schedules(lives.stoppable, _cancelled, states, ())]


def of_two_runs() -> list[Schedule]:
    """One worker is about one run of a project, the other about the other one, or about the endpoint."""
    states = frozenset(State) - _BEFORE_THE_ENDPOINT
    return [
        *_schedules(lives.two, _another, states, ("reap",)),
        *_schedules(lives.two, _the_reaper, states, ()),
        *_schedules(lives.late, _the_reaper, states, ()),
    ]


def _schedules(life: Life, other: Other, states: Collection[State], names: Collection[str]) -> list[Schedule]:
    """At every invocation that advances a run in one of the states, or has one of the names."""
    at = [number for number, (name, state) in enumerate(_stations(life)) if state in states or name in names]
    return [Joining(life, number, other, order) for number in at for order in (0, 1)]


@cache
def _stations(life: Life) -> list[tuple[str, State | None]]:
    simulation = Joined()
    life(simulation)
    return simulation.stations


def _the_same(simulation: Simulation, call: Invocation) -> Invocation | None:
    return call


def _cancelled(simulation: Simulation, call: Invocation) -> Invocation | None:
    [run] = simulation.ports.runs.all()
    simulation.history.causes.add((run.upload.path, State.CANCELLED))

    def cancel() -> None:
        decide(run.project, run.run_id, "cancel", "ada@example.com", simulation.app)
        advance(run.project, run.run_id, simulation.app)

    return cancel


def _another(simulation: Simulation, call: Invocation) -> Invocation | None:
    """Advances a run that the first worker does not."""
    first = getattr(call, "args", ())
    others = [run for run in simulation.ports.runs.all() if run.run_id not in first and run.state not in ENDS]
    return partial(advance, others[0].project, others[0].run_id, simulation.app) if others else None


def _the_reaper(simulation: Simulation, call: Invocation) -> Invocation | None:
    return partial(reap, simulation.app)
