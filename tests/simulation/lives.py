"""Lives: what happens to one, two or three uploads. The enumerating suites add faults and second workers to them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, Final

from shared.core.durations import ORPHAN_GRACE
from shared.core.naming import run_id
from shared.core.resources import UPLOADS
from shared.core.states import DEADLINES, State
from shared.engine.poison import record_failure
from shared.models.run import Decided
from shared.runs.decisions import decide
from shared.sweeps.sweep import sweep
from tests.doubles.memory import memory_ports
from tests.doubles.world import TICK, chat
from tests.simulation.simulation import DAY, Batch, Simulation, Single

_CONTENTS: Final = tuple(chat(rows=12, topic=f"topic {number}") for number in range(2))
_FAQ: Final = "support/faq.jsonl"
_SECONDS: Final = 15.0
"""How long a job and a deployment take, in seconds."""
_STOPS_IN: Final = 75.0
"""How long a cancelled job takes to stop, in seconds: longer than ``closing`` waits for a late start."""
_SWEEP_EVERY: Final = 100
"""Rounds between two sweeps."""
_CANCELLED_WHEN: Final = (State.SUBMITTED, State.DEPLOYING, State.LIVE)
Life = Callable[[Simulation], object]


@dataclass(frozen=True)
class Lived:
    """A life in its own world, which can be read afterwards."""

    life: Life
    simulation: Simulation

    def run(self) -> list[str]:
        """The violations. If the life comes to a halt, its error is the last of them."""
        try:
            self.life(self.simulation)
        except AssertionError as error:
            return [*self.simulation.violations(), str(error)]
        return self.simulation.violations()


def one_upload(simulation: Simulation, reaped: bool = True) -> None:
    """One upload, whose event comes twice, from its arrival until its endpoint has been reaped."""
    run = _uploaded(simulation, _FAQ, 0)
    simulation.until_state(run, State.LIVE)
    simulation.until(simulation.at_rest)
    if reaped:
        _let_lease_run_out(simulation)


def two_uploads(simulation: Simulation) -> None:
    """Two uploads of one project: one goes live, the other replaces it, and the endpoint is reaped."""
    for number, path in enumerate((_FAQ, "support/chats.jsonl")):
        _uploaded(simulation, path, number)
    simulation.until(lambda: {run.state for run in simulation.ports.runs.all()} == {State.LIVE, State.RETIRED})
    simulation.until(simulation.at_rest)
    _let_lease_run_out(simulation)


def challenger(simulation: Simulation) -> None:
    """Two uploads of one project: the second run may be cancelled on its way; then the first serves on."""
    one_upload(simulation, reaped=False)
    run = _uploaded(simulation, "support/chats.jsonl", 1)
    simulation.until(lambda: not simulation.reap() and simulation.at_rest())
    champion = next(other for other in simulation.ports.runs.all() if other.run_id != run)
    states = [entry.state for entry in simulation.ports.runs.timeline(run, "support")]
    if State.LIVE not in states and champion.state is not State.LIVE:
        simulation.watch.violations.append(f"{champion.run_id} is {champion.state}, though no other run took its place")
    _let_lease_run_out(simulation)


def two_projects(simulation: Simulation) -> None:
    """Two uploads of two projects at the same time."""
    for number, path in enumerate((_FAQ, "sales-emea/faq.jsonl")):
        _uploaded(simulation, path, number)
    simulation.until(simulation.at_rest)
    _let_lease_run_out(simulation)


def poison_message(simulation: Simulation) -> None:
    """Three uploads of three projects. The second waits for a slot when its message has failed too often."""
    paths = (_FAQ, "sales-emea/faq.jsonl", "returns/faq.jsonl")
    runs = []
    for path in paths:
        runs.append(_uploaded(simulation, path, 0))
        simulation.clock.advance(TICK)
    for run in runs[1:]:
        simulation.until(lambda run=run: simulation.run(run).queue == "job")  # type: ignore[misc]
    message = json.dumps({"project": "sales-emea", "run_id": runs[1]})
    simulation.until(lambda: simulation.do(partial(record_failure, message, simulation.app)))
    simulation.until(simulation.at_rest)
    _let_lease_run_out(simulation)


def lease_run_out(simulation: Simulation) -> None:
    """Two uploads of one project: when the second comes, the lease has run out, but the reaper has not run yet."""
    one_upload(simulation, reaped=False)
    simulation.clock.advance(DAY)
    run = _uploaded(simulation, "support/chats.jsonl", 1)
    simulation.until_state(run, State.LIVE)
    simulation.until(simulation.at_rest)
    _let_lease_run_out(simulation)


def may_be_cancelled(simulation: Simulation) -> None:
    """One upload whose run goes live or is cancelled on its way."""
    _uploaded(simulation, _FAQ, 0)
    simulation.ports.jobs.lasts = _STOPS_IN
    simulation.until(lambda: not simulation.reap() and simulation.at_rest())
    _let_lease_run_out(simulation)


def cancelled(state: State, simulation: Simulation) -> None:
    """One upload whose run is cancelled as soon as it is in ``state``."""
    run = _uploaded(simulation, _FAQ, 0)
    simulation.until_state(run, state)
    _cancel(run, simulation)


def overdue(simulation: Simulation) -> None:
    """One upload whose job does not end before the deadline."""
    run = _uploaded(simulation, _FAQ, 0)
    simulation.ports.jobs.lasts = 2 * DEADLINES[State.SUBMITTED].total_seconds()
    simulation.until_state(run, State.SUBMITTED)
    simulation.history.causes.add((_FAQ, State.FAILED))
    simulation.clock.advance(DEADLINES[State.SUBMITTED].total_seconds() + TICK)
    simulation.until(simulation.at_rest)
    _let_lease_run_out(simulation)


def cancelled_while_endpoint_starts(simulation: Simulation) -> None:
    """One upload whose run is cancelled as soon as its endpoint has been requested."""
    _uploaded(simulation, _FAQ, 0)
    simulation.until(lambda: bool(simulation.ports.endpoints.created))
    [run] = simulation.ports.runs.all()
    _cancel(run.run_id, simulation)


def approved(simulation: Simulation) -> None:
    """One upload that is held for an approval and gets it, with an event of its job."""
    run = _uploaded(simulation, _FAQ, 0)
    simulation.until(lambda: simulation.run(run).hold_reason is not None)
    _decide(run, "approve", simulation)
    simulation.until_state(run, State.SUBMITTED)
    simulation.clock.advance(_SECONDS)
    simulation.deliver(simulation.job_event(f"{run}-1"))
    simulation.until_state(run, State.LIVE)
    simulation.until(simulation.at_rest)


def retried_by_the_app(simulation: Simulation) -> None:
    """One upload whose job runs out of memory; the app retries it."""
    run = _failing(simulation, "CUDA out of memory.")
    simulation.until(lambda: simulation.run(run).attempt == 2)
    simulation.until_state(run, State.LIVE)
    simulation.until(simulation.at_rest)


def retried_by_a_person(simulation: Simulation) -> None:
    """One upload whose job fails; a person retries it."""
    simulation.history.causes.add((_FAQ, State.FAILED))
    run = _failing(simulation, "It does not say why.")
    simulation.until_state(run, State.FAILED)
    _decide(run, "retry", simulation)
    simulation.until(lambda: simulation.run(run).attempt == 2)
    simulation.until_state(run, State.LIVE)
    simulation.until(simulation.at_rest)


def event_lost(simulation: Simulation) -> None:
    """One upload whose event is lost: the sweep finds it."""
    _quick(simulation)
    simulation.upload(_FAQ, _CONTENTS[0])
    _sweep(simulation)
    simulation.until(lambda: {run.state for run in simulation.ports.runs.all()} == {State.LIVE})
    simulation.until(simulation.at_rest)


def orphans(simulation: Simulation) -> None:
    """One upload beside a job and a deployment of an unknown run, which the sweep removes after the grace period."""
    run = _uploaded(simulation, _FAQ, 0)
    simulation.until_state(run, State.LIVE)
    simulation.until(simulation.at_rest)
    _create_orphans(simulation)
    _sweep(simulation)
    simulation.clock.advance(ORPHAN_GRACE.total_seconds() + TICK)
    simulation.until(lambda: simulation.do(partial(sweep, simulation.app)) and simulation.at_rest())


def tables_lost(simulation: Simulation) -> None:
    """One upload; while its job runs, all tables are lost, and the sweep restores them."""
    run = _uploaded(simulation, _FAQ, 0)
    simulation.until_state(run, State.SUBMITTED)
    simulation.until(lambda: not simulation.run(run).outbox)
    _lose_tables(simulation)
    _sweep(simulation)
    simulation.until_state(run, State.LIVE)
    simulation.until(simulation.at_rest)


def overwritten(order: Sequence[int], rounds: int, simulation: Simulation) -> None:
    """One upload in two versions. Their events come in this order, all but the first after ``rounds`` rounds."""
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
    _let_lease_run_out(simulation)


def _failing(simulation: Simulation, error: str) -> str:
    """An upload whose first job fails."""
    run = _uploaded(simulation, _FAQ, 0)
    simulation.until_state(run, State.SUBMITTED)
    simulation.ports.jobs.fail(f"{run}-1", error)
    return run


def _sweep(simulation: Simulation) -> None:
    simulation.until(lambda: simulation.do(partial(sweep, simulation.app)))


def _create_orphans(simulation: Simulation) -> None:
    """Create a job and a deployment with the app's tags, of a run that never existed."""
    ports = simulation.ports
    [job], [spec] = ports.jobs.submitted, ports.deployments.created
    tags = {**job.tags, "run": "support-ffffffffff"}
    ports.jobs.lasts = DAY
    ports.jobs.submit(job.model_copy(update={"name": "support-ffffffffff-1", "tags": tags}))
    ports.deployments.create(spec.model_copy(update={"name": "support-ffffffffff-1", "tags": tags}))
    del ports.jobs.submitted[1:], ports.deployments.created[1:]


def _lose_tables(simulation: Simulation) -> None:
    """Empty every table and queue."""
    fresh = memory_ports()
    for name in ("runs", "active", "projects", "ledger", "queue"):
        vars(getattr(simulation.ports, name)).update(vars(getattr(fresh, name)))


def _decide(run: str, what: Decided, simulation: Simulation) -> None:
    decided = partial(decide, "support", run, what, "ada@example.com", simulation.app)
    simulation.until(lambda: simulation.do(decided))


def _cancel(run: str, simulation: Simulation) -> None:
    simulation.history.causes.add((_FAQ, State.CANCELLED))
    _decide(run, "cancel", simulation)
    simulation.until(lambda: not simulation.reap() and simulation.at_rest())
    _let_lease_run_out(simulation)


LIVES: Final[Mapping[str, Life]] = {
    "one upload": one_upload,
    "two uploads of one project": two_uploads,
    "an upload that serves and another that may be cancelled": challenger,
    "two uploads of two projects, and one slot for a job": two_projects,
    "three uploads of three projects, one slot for a job, and a poison message": poison_message,
    "an upload when the lease has run out": lease_run_out,
    "an upload that may be cancelled": may_be_cancelled,
    "an upload whose job does not end": overdue,
    "an upload that is cancelled while its endpoint comes up": cancelled_while_endpoint_starts,
    "an upload that waits for an approval": approved,
    "an upload whose job runs out of memory": retried_by_the_app,
    "an upload that is tried again": retried_by_a_person,
    "an upload whose event is lost": event_lost,
    "an upload beside a stray job and deployment": orphans,
    "an upload whose tables are lost": tables_lost,
    "an upload that is overwritten while its job runs": partial(overwritten, (0, 1), 3),
    **{f"an upload that is cancelled when {state}": partial(cancelled, state) for state in _CANCELLED_WHEN},
}
"""Each life by what happens in it."""
SETTINGS: Final[Mapping[str, dict[str, Any]]] = {
    "two uploads of two projects, and one slot for a job": {"most_jobs": 1},
    "three uploads of three projects, one slot for a job, and a poison message": {"most_jobs": 1},
    "an upload that waits for an approval": {"budget_per_run_usd": 0.01},
}
"""App settings of the lives that have their own."""


@dataclass(frozen=True)
class Undisturbed(Single):
    """A life, one of ``LIVES``, in which nothing fails."""

    life: str

    def begun(self) -> Lived:
        return Lived(LIVES[self.life], Simulation(**SETTINGS.get(self.life, {})))


def undisturbed() -> list[Batch]:
    """All lives, with no faults."""
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


def _let_lease_run_out(simulation: Simulation) -> None:
    """Let the lease run out, and reap and sweep until nothing is left."""
    simulation.clock.advance(DAY)
    rounds = count(1)

    def gone() -> bool:
        if next(rounds) % _SWEEP_EVERY == 0:
            simulation.do(partial(sweep, simulation.app))
        return not simulation.reap() and not simulation.ports.active.rows and simulation.at_rest()

    simulation.until(gone)
