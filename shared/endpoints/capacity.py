"""How many jobs may be in training at once, and how many endpoints up.

One row names the runs and the projects that have a slot. It only changes by conditional writes, so that two
workers never give the same slot away:

    enter    a step takes a slot that is free while nobody waits for one; else its run waits in the queue
    renew    the one timer takes back the slots that are no longer needed, and gives them to those who wait longest
    recount  who has a job or an endpoint has its slot, though the row was lost
"""

import logging
from collections.abc import Callable, Mapping
from typing import Final, Literal

from shared.core import naming
from shared.core.errors import ConflictError
from shared.core.states import State
from shared.endpoints import serving
from shared.models.project import Capacity, Serving
from shared.models.run import Run
from shared.ports import ActiveRow, Ports, Stored
from shared.runs import wakeups

log = logging.getLogger(__name__)

Kind = Literal["job", "endpoint"]
KINDS: Final[tuple[Kind, ...]] = ("job", "endpoint")
LOOK_EVERY: Final = 3600.0
"""Seconds after which a run that waits looks again by itself; the timer wakes it when it has a slot."""

_MAY_TRAIN: Final = frozenset({State.RECEIVED, State.PREPARED, State.SUBMITTED, State.CLOSING})
"""What a run with a slot may be; ``received``, if the read is stale."""


def acquire(kind: Kind, run: Run, ports: Ports) -> bool:
    """Whether the run has a slot: it had one, or takes one now.

    Raises:
        ConflictError: another worker changed the row meanwhile.
    """
    stored = _stored(ports)
    taken = stored.value.slots(kind)
    if _who(kind, run) in taken:
        return True
    if len(taken) >= _most(kind, ports) or ports.active.waiting(kind):
        return False
    _write(stored, stored.value.with_slots(kind, [*taken, _who(kind, run)]), ports)
    return True


def reassign(ports: Ports) -> None:
    """Give the slots that have become free to those who wait longest, and wake all who have one."""
    stored = _stored(ports)
    row, waiting = stored.value, {kind: ports.active.waiting(kind) for kind in KINDS}
    for kind in KINDS:
        row = row.with_slots(kind, _reassigned(kind, row.slots(kind), waiting[kind], ports))
    try:
        _write(stored, row, ports)
    except ConflictError as lost:
        log.info("No slot is given away this time: %s", lost)
        return
    wakeups.wake([one for kind in KINDS for one in waiting[kind] if _who(kind, one) in row.slots(kind)], ports)


def recount(ports: Ports) -> None:
    """Give their slots back to all whose job or endpoint is there: more, perhaps, than there may be.

    Raises:
        ConflictError: another worker changed the row meanwhile.
    """
    stored = _stored(ports)
    row = stored.value
    for kind in KINDS:
        row = row.with_slots(kind, list(dict.fromkeys([*row.slots(kind), *_USED[kind](ports)])))
    _write(stored, row, ports)


def _reassigned(kind: Kind, taken: list[str], waiting: list[ActiveRow], ports: Ports) -> list[str]:
    kept = [who for who in taken if _NEEDED[kind](who, ports)]
    next_ones = dict.fromkeys(who for one in waiting if (who := _who(kind, one)) not in kept)
    return [*kept, *list(next_ones)[: max(0, _most(kind, ports) - len(kept))]]


def _may_train(run_id: str, ports: Ports) -> bool:
    stored = ports.runs.get(naming.project_of_run(run_id), run_id)
    return stored is not None and stored.value.state in _MAY_TRAIN and stored.value.hold_reason is None


def _has_endpoint(project: str, ports: Ports) -> bool:
    stored = ports.projects.serving(project)
    return stored is not None and serving.stands_for_one(stored.value)


_NEEDED: Final[Mapping[Kind, Callable[[str, Ports], bool]]] = {"job": _may_train, "endpoint": _has_endpoint}


def _who(kind: Kind, run: Run | ActiveRow) -> str:
    """Who has a slot: for a job the run, for an endpoint the project."""
    return run.run_id if kind == "job" else run.project


def _most(kind: Kind, ports: Ports) -> int:
    return ports.settings.most_jobs if kind == "job" else ports.settings.most_endpoints


def _in_training(ports: Ports) -> list[str]:
    """Runs whose job runs, or may be about to."""
    status = {job.name: job.status for job in ports.jobs.ours()}
    may_train = [run for run in ports.runs.all() if run.state in _MAY_TRAIN]
    jobs = {run.run_id: status.get(naming.attempt_name(run.run_id, run.attempt)) for run in may_train}
    planned = {run.run_id for run in may_train if run.results.plan}
    return [run for run, job in jobs.items() if job == "running" or (job is None and run in planned)]


def _up(ports: Ports) -> list[str]:
    """Projects whose endpoint is up, or may be about to be; who has the deploy lock may still wait for a slot."""
    there = {endpoint.name for endpoint in ports.endpoints.ours()}
    rows = [row.value for row in ports.projects.all_serving()]
    return [row.project for row in rows if serving.endpoint_name(row, ports) in there or _deploys(row, ports)]


def _deploys(row: Serving, ports: Ports) -> bool:
    holder = ports.runs.get(row.project, row.deploy_lock) if row.deploy_lock else None
    return holder is not None and holder.value.results.endpoint is not None


_USED: Final[Mapping[Kind, Callable[[Ports], list[str]]]] = {"job": _in_training, "endpoint": _up}


def _stored(ports: Ports) -> Stored[Capacity]:
    """The row, which is made when it is first needed: of what there is already, if the tables had been lost."""
    stored = ports.projects.capacity()
    if stored is None:
        ports.projects.create_capacity(Capacity(job=_in_training(ports), endpoint=_up(ports)))
        stored = ports.projects.capacity()
    if stored is None:
        raise ConflictError("The row of slots is not to be seen yet.")
    return stored


def _write(stored: Stored[Capacity], row: Capacity, ports: Ports) -> None:
    if row != stored.value:
        ports.projects.replace_capacity(row, stored.etag)
