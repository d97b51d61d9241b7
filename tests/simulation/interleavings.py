"""Suites: a second worker joins in at one invocation of a life, and both preempt each other at most twice."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import count
from typing import Any, Final, NamedTuple

from shared.core.states import ENDS, State
from shared.engine.advance import advance
from shared.engine.poison import record_failure
from shared.models.run import Run as Record
from shared.runs.decisions import decide
from shared.sweeps.reap import reap
from tests.simulation.invariants import wrong_in_index
from tests.simulation.lives import LIVES, SETTINGS, Lived
from tests.simulation.simulation import Batch, Run, Simulation, Single, violations
from tests.simulation.workers import Invocation, TakingTurns

Other = Callable[[Simulation, Invocation], Invocation | None]
"""What the second worker does beside the first; ``None``: nothing."""
_AT_THE_ENDPOINT: Final = frozenset(State) - {State.RECEIVED, State.PREPARED, State.SUBMITTED, State.TRAINED}


class Station(NamedTuple):
    """An invocation of the app, and the states of the run that it advanced, if it did, before and after it."""

    name: str
    began: State | None
    ended: State | None


class Joined(Simulation):
    """At one invocation of the app a second worker joins in.

    Args:
        at: number of that invocation; ``None``: no second worker.
        other: the second worker, one of ``OTHERS``.
        turns: as in ``TakingTurns``.
    """

    def __init__(self, at: int | None = None, other: str = "", turns: Iterable[int] = (), **settings: Any) -> None:
        super().__init__(**settings)
        self.stations: list[Station] = []
        """Each invocation so far."""
        self.workers = TakingTurns(self.faults, super().do, turns)
        self._at = at
        self._other = other

    def do(self, call: Invocation) -> bool:
        joins = self._at == len(self.stations)
        name, began = call.func.__name__ if isinstance(call, partial) else "deliver", self._state(call)
        self.stations.append(Station(name, began, began))
        done = self._run_both(call, OTHERS[self._other](self, call) if joins else None)
        self.stations[-1] = Station(name, began, self._state(call))
        return done

    def _run_both(self, call: Invocation, second: Invocation | None) -> bool:
        if second is None:
            return super().do(call)
        self.workers.run(call, second)
        self.watch.violations += wrong_in_index(self.ports)
        return self.workers.succeeded[0]

    def _state(self, call: Invocation) -> State | None:
        if not isinstance(call, partial) or call.func is not advance:
            return None
        stored = self.ports.runs.get(*call.args[:2])
        return stored.value.state if stored else None


@dataclass(frozen=True)
class Meeting(Single):
    """A life, one of ``LIVES``, in which a second worker joins in at one invocation, and both take turns."""

    life: str
    at: int
    other: str
    turns: tuple[int, ...]

    def begun(self) -> Lived:
        return Lived(LIVES[self.life], _joined(self.life, self.at, self.other, self.turns))


@dataclass(frozen=True)
class Joining:
    """Every interleaving of a second worker that joins in at one invocation.

    Args:
        order: 0 if the invocation's own worker takes the first turn, 1 if the second worker does.
    """

    life: str
    at: int
    other: str
    order: int

    def runs(self) -> Iterator[Run]:
        """Longer and longer turns, until longer ones make no difference."""
        cut = self.order + 1
        for first in count(1):
            if cut <= self.order:
                break
            for second in count(1):
                turns = (*[0] * self.order, first, second)
                joined = _joined(self.life, self.at, self.other, turns)
                yield Meeting(self.life, self.at, self.other, turns), violations(Lived(LIVES[self.life], joined))
                cut = joined.workers.cut
                if cut < len(turns):
                    break


def _joined(life: str, at: int | None = None, other: str = "", turns: Iterable[int] = ()) -> Joined:
    return Joined(at, other, turns, **SETTINGS.get(life, {}))


def of_one_run() -> list[Batch]:
    """Two workers are at one run, at every point of its life: both advance it, one cancels it, or its message fails."""
    two_workers = _schedules("one upload", "another worker at it", frozenset(State), ())
    return [*two_workers, *of_a_cancel(), *of_a_poison_message()]


def of_a_cancel() -> list[Batch]:
    """A person cancels a run while a worker advances it."""
    return _schedules("an upload that may be cancelled", "a person who cancels it", frozenset(State), ())


def of_a_poison_message() -> list[Batch]:
    """A worker advances a run while another records that the run's message has failed too often."""
    return _schedules("one upload", "a poison message about it", frozenset(State), ())


def of_a_challenger() -> list[Batch]:
    """A person cancels the second run of a project while a worker advances it; the first run serves."""
    life = "an upload that serves and another that may be cancelled"
    return _schedules(life, "a person who cancels the second", _AT_THE_ENDPOINT, ())


def of_two_runs() -> list[Batch]:
    """Each of two workers has a run of its own, or one of them is the reaper."""
    return [
        *_schedules("two uploads of one project", "a worker at the other run", _AT_THE_ENDPOINT, ("reap",)),
        *of_a_challenger(),
        *of_the_reaper(),
        *of_the_last_slot(),
    ]


def of_the_reaper() -> list[Batch]:
    """The reaper runs while a worker advances a run."""
    return [
        *_schedules("an upload when the lease has run out", "the reaper", _AT_THE_ENDPOINT, ()),
        *_schedules("two uploads of one project", "the reaper", _AT_THE_ENDPOINT, ()),
    ]


def of_the_last_slot() -> list[Batch]:
    """Two workers want the only slot for a job. Their runs are alike, so one order is enough."""
    life = "two uploads of two projects, and one slot for a job"
    return _schedules(life, "a worker at the other run", frozenset({State.RECEIVED}), ())[:1]


def _schedules(life: str, other: str, states: frozenset[State], names: Collection[str]) -> list[Batch]:
    """At every invocation that advances a run from or to one of the states, or has one of the names."""
    at = [
        number for number, (name, *ends) in enumerate(_stations(life)) if name in names or not states.isdisjoint(ends)
    ]
    return [Joining(life, number, other, order) for number in at for order in (0, 1)]


@cache
def _stations(life: str) -> list[Station]:
    simulation = _joined(life)
    LIVES[life](simulation)
    return simulation.stations


def _the_same(simulation: Simulation, call: Invocation) -> Invocation | None:
    return call


def _cancelled(simulation: Simulation, call: Invocation) -> Invocation | None:
    return _cancelling(next(iter(simulation.ports.runs.all())), simulation)


def _poisoned(simulation: Simulation, call: Invocation) -> Invocation | None:
    run = next(iter(simulation.ports.runs.all()))
    message = json.dumps({"project": run.project, "run_id": run.run_id})
    return partial(record_failure, message, simulation.app)


def _challenger_cancelled(simulation: Simulation, call: Invocation) -> Invocation | None:
    second = [run for run in simulation.ports.runs.all() if run.upload.path == "support/chats.jsonl"]
    return _cancelling(second[0], simulation) if second and second[0].state not in ENDS else None


def _cancelling(run: Record, simulation: Simulation) -> Invocation:
    simulation.history.causes.add((run.upload.path, State.CANCELLED))

    def cancel() -> None:
        decide(run.project, run.run_id, "cancel", "ada@example.com", simulation.app)
        advance(run.project, run.run_id, simulation.app)

    return cancel


def _another(simulation: Simulation, call: Invocation) -> Invocation | None:
    """Advances another run than the first worker."""
    first = getattr(call, "args", ())
    others = [run for run in simulation.ports.runs.all() if run.run_id not in first and run.state not in ENDS]
    return partial(advance, others[0].project, others[0].run_id, simulation.app) if others else None


def _the_reaper(simulation: Simulation, call: Invocation) -> Invocation | None:
    return partial(reap, simulation.app)


OTHERS: Final[Mapping[str, Other]] = {
    "another worker at it": _the_same,
    "a person who cancels it": _cancelled,
    "a person who cancels the second": _challenger_cancelled,
    "a poison message about it": _poisoned,
    "a worker at the other run": _another,
    "the reaper": _the_reaper,
}
"""What the second worker does, by who it is."""
