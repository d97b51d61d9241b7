"""What the suites that enumerate disturb: quiet lives of one upload and of two."""

from functools import partial
from itertools import count
from typing import Final

from shared.intents import decide
from shared.naming import run_id
from shared.resources import UPLOADS
from shared.states import State
from shared.sweeps.sweep import sweep
from tests.doubles.world import chat
from tests.simulation.simulation import DAY, Simulation

_CONTENTS: Final = tuple(chat(rows=12, topic=f"topic {number}") for number in range(2))
_SECONDS: Final = 15.0
"""How long a job takes, and a deployment."""
_SWEEP_EVERY: Final = 100
"""Rounds."""


def one(simulation: Simulation, reaped: bool = True) -> None:
    """One upload, its event twice, from arrival until its endpoint has been reaped."""
    run = _uploaded(simulation, "support/faq.jsonl", 0)
    simulation.until_state(run, State.LIVE)
    simulation.until(simulation.at_rest)
    if reaped:
        _end(simulation)


def two(simulation: Simulation) -> None:
    """Two uploads of one project: one goes live and is replaced by the other, until that is reaped."""
    for number, path in enumerate(("support/faq.jsonl", "support/chats.jsonl")):
        _uploaded(simulation, path, number)
    simulation.until(lambda: {run.state for run in simulation.ports.runs.all()} == {State.LIVE, State.RETIRED})
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
    _uploaded(simulation, "support/faq.jsonl", 0)
    simulation.until(lambda: not simulation.reap() and simulation.at_rest())
    _end(simulation)


def cancelled(state: State, simulation: Simulation) -> None:
    """One upload whose run is cancelled as soon as it has come to ``state``."""
    run = _uploaded(simulation, "support/faq.jsonl", 0)
    simulation.until_state(run, state)
    simulation.history.causes.add(("support/faq.jsonl", State.CANCELLED))
    decided = partial(decide, "support", run, "cancel", "ada@example.com", simulation.app)
    simulation.until(lambda: simulation.do(decided))
    _end(simulation)


def _uploaded(simulation: Simulation, path: str, number: int) -> str:
    simulation.ports.jobs.lasts = simulation.ports.endpoints.hosting.deployment_seconds = _SECONDS
    event = simulation.upload(path, _CONTENTS[number])
    simulation.deliver(event)
    simulation.deliver(event)
    return run_id(simulation.ports.blobs.account, UPLOADS, path, event["data"]["eTag"])


def _end(simulation: Simulation) -> None:
    """The lease runs out, and all is gone; what the reaper does not know of, the sweep finds."""
    simulation.clock.advance(DAY)
    rounds = count(1)

    def gone() -> bool:
        if next(rounds) % _SWEEP_EVERY == 0:
            simulation.do(partial(sweep, simulation.app))
        return not simulation.reap() and not simulation.ports.active.rows and simulation.at_rest()

    simulation.until(gone)
