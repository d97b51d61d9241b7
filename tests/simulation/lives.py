"""What the suites that enumerate disturb: quiet lives of one upload and of two."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, Final

from shared.intents import decide
from shared.naming import run_id
from shared.resources import UPLOADS
from shared.states import DEADLINES, State
from shared.sweeps.sweep import sweep
from tests.doubles.world import TICK, chat
from tests.simulation.simulation import DAY, Batch, Simulation, Single

_CONTENTS: Final = tuple(chat(rows=12, topic=f"topic {number}") for number in range(2))
_FAQ: Final = "support/faq.jsonl"
_SECONDS: Final = 15.0
"""How long a job takes, and a deployment."""
_STOPS_IN: Final = 75.0
"""Seconds that a cancelled job takes: longer than ``closing`` waits for what may still be started."""
_SWEEP_EVERY: Final = 100
"""Rounds."""
_CANCELLED_WHEN: Final = (State.SUBMITTED, State.DEPLOYING, State.LIVE)
Life = Callable[[Simulation], object]


@dataclass(frozen=True)
class Lived:
    """A life in a world, which can be looked at afterwards."""

    life: Life
    simulation: Simulation

    def run(self) -> list[str]:
        """What was violated; a life that comes to a halt tells what is wrong with its world, too."""
        try:
            self.life(self.simulation)
        except AssertionError as error:
            return [*self.simulation.violations(), str(error)]
        return self.simulation.violations()


def one(simulation: Simulation, reaped: bool = True) -> None:
    """One upload, its event twice, from arrival until its endpoint has been reaped."""
    run = _uploaded(simulation, _FAQ, 0)
    simulation.until_state(run, State.LIVE)
    simulation.until(simulation.at_rest)
    if reaped:
        _end(simulation)


def two(simulation: Simulation) -> None:
    """Two uploads of one project: one goes live and is replaced by the other, until that is reaped."""
    for number, path in enumerate((_FAQ, "support/chats.jsonl")):
        _uploaded(simulation, path, number)
    simulation.until(lambda: {run.state for run in simulation.ports.runs.all()} == {State.LIVE, State.RETIRED})
    simulation.until(simulation.at_rest)
    _end(simulation)


def crowded(simulation: Simulation) -> None:
    """Two uploads of two projects, both on their way at once."""
    for number, path in enumerate((_FAQ, "sales-emea/faq.jsonl")):
        _uploaded(simulation, path, number)
    simulation.until(simulation.at_rest)
    _end(simulation)


def late(simulation: Simulation) -> None:
    """Two uploads of one project: when the second comes, the lease of the first has run out, but nobody has reaped."""
    one(simulation, reaped=False)
    simulation.clock.advance(DAY)
    run = _uploaded(simulation, "support/chats.jsonl", 1)
    simulation.until_state(run, State.LIVE)
    simulation.until(simulation.at_rest)
    _end(simulation)


def stoppable(simulation: Simulation) -> None:
    """One upload, whether its run goes live or is cancelled on the way."""
    _uploaded(simulation, _FAQ, 0)
    simulation.ports.jobs.lasts = _STOPS_IN
    simulation.until(lambda: not simulation.reap() and simulation.at_rest())
    _end(simulation)


def cancelled(state: State, simulation: Simulation) -> None:
    """One upload whose run is cancelled as soon as it has come to ``state``."""
    run = _uploaded(simulation, _FAQ, 0)
    simulation.until_state(run, state)
    _cancel(run, simulation)


def endless(simulation: Simulation) -> None:
    """One upload whose job does not end before the deadline."""
    run = _uploaded(simulation, _FAQ, 0)
    simulation.ports.jobs.lasts = 2 * DEADLINES[State.SUBMITTED].total_seconds()
    simulation.until_state(run, State.SUBMITTED)
    simulation.history.causes.add((_FAQ, State.FAILED))
    simulation.clock.advance(DEADLINES[State.SUBMITTED].total_seconds() + TICK)
    simulation.until(simulation.at_rest)
    _end(simulation)


def given_up(simulation: Simulation) -> None:
    """One upload whose run is cancelled as soon as its endpoint has been asked for."""
    _uploaded(simulation, _FAQ, 0)
    simulation.until(lambda: bool(simulation.ports.endpoints.created))
    [run] = simulation.ports.runs.all()
    _cancel(run.run_id, simulation)


def overwritten(order: Sequence[int], rounds: int, simulation: Simulation) -> None:
    """One upload in two versions. Their events come in an order, those after the first when ``rounds`` have passed."""
    _quick(simulation)
    events = [simulation.upload(_FAQ, content) for content in _CONTENTS[: order[0] + 1]]
    simulation.deliver(events[order[0]])
    for _ in range(rounds):
        simulation.round()
        simulation.clock.advance(TICK)
    events += [simulation.upload(_FAQ, content) for content in _CONTENTS[len(events) :]]
    for number in order[1:]:
        simulation.deliver(events[number])
    simulation.until(simulation.at_rest)
    _end(simulation)


def _cancel(run: str, simulation: Simulation) -> None:
    simulation.history.causes.add((_FAQ, State.CANCELLED))
    decided = partial(decide, "support", run, "cancel", "ada@example.com", simulation.app)
    simulation.until(lambda: simulation.do(decided))
    simulation.until(lambda: not simulation.reap() and simulation.at_rest())
    _end(simulation)


LIVES: Final[Mapping[str, Life]] = {
    "one upload": one,
    "two uploads of one project": two,
    "two uploads of two projects, and one place for a job": crowded,
    "an upload when the lease has run out": late,
    "an upload that may be cancelled": stoppable,
    "an upload whose job does not end": endless,
    "an upload that is cancelled while its endpoint comes up": given_up,
    **{f"an upload that is cancelled when {state}": partial(cancelled, state) for state in _CANCELLED_WHEN},
}
"""Each by what happens in it."""
SETTINGS: Final[Mapping[str, dict[str, Any]]] = {
    "two uploads of two projects, and one place for a job": {"most_jobs": 1}
}
"""The app's, where a life has its own."""


@dataclass(frozen=True)
class Undisturbed(Single):
    """A life, one of ``LIVES``, in which nothing fails."""

    life: str

    def begun(self) -> Lived:
        return Lived(LIVES[self.life], Simulation(**SETTINGS.get(self.life, {})))


def undisturbed() -> list[Batch]:
    """All lives, as they are when nothing fails."""
    return [Undisturbed(life) for life in LIVES]


def _uploaded(simulation: Simulation, path: str, number: int) -> str:
    _quick(simulation)
    event = simulation.upload(path, _CONTENTS[number])
    simulation.deliver(event)
    simulation.deliver(event)
    return run_id(simulation.ports.blobs.account, UPLOADS, path, event["data"]["eTag"])


def _quick(simulation: Simulation) -> None:
    simulation.ports.jobs.lasts = simulation.ports.endpoints.hosting.deployment_seconds = _SECONDS
    simulation.ports.jobs.stops_in = _STOPS_IN


def _end(simulation: Simulation) -> None:
    """The lease runs out, and all is gone; what the reaper does not know of, the sweep finds."""
    simulation.clock.advance(DAY)
    rounds = count(1)

    def gone() -> bool:
        if next(rounds) % _SWEEP_EVERY == 0:
            simulation.do(partial(sweep, simulation.app))
        return not simulation.reap() and not simulation.ports.active.rows and simulation.at_rest()

    simulation.until(gone)
