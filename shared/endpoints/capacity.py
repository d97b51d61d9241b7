"""How many jobs may be in training at once, and how many endpoints up.

One row names the holders of slots: runs for jobs, projects for endpoints. It changes only by conditional writes, so two
workers never give the same slot away:

    acquire   a step takes a free slot if no run waits for one; otherwise its run waits in the queue
    reassign  the timer takes back slots that are no longer needed, and gives them to the runs that have waited longest
    recount   every run with a job and every project with an endpoint has its slot again after the row was lost
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from shared.core import naming
from shared.core.errors import ConflictError
from shared.core.states import State
from shared.endpoints import serving
from shared.models.project import Capacity, Serving, SlotKind
from shared.models.run import Run
from shared.ports import ActiveRow, Ports, Stored
from shared.runs import wakeups

log = logging.getLogger(__name__)

KINDS: Final[tuple[SlotKind, ...]] = ("job", "endpoint")
_MAY_TRAIN: Final = frozenset({State.RECEIVED, State.PREPARED, State.SUBMITTED, State.CLOSING})
"""States of a run with a job slot. ``received`` is among them, because a read may be stale."""


def acquire(kind: SlotKind, run: Run, ports: Ports) -> bool:
    """Whether the run has a slot: it had one already, or takes one now.

    Raises:
        ConflictError: another worker changed the row meanwhile.
    """
    stored = _stored(ports)
    holders = stored.value.slots(kind)
    if _holder(kind, run) in holders:
        return True
    if len(holders) >= _limit(kind, ports) or ports.active.waiting(kind):
        return False
    _write(stored, stored.value.with_slots(kind, [*holders, _holder(kind, run)]), ports)
    return True


def reassign(ports: Ports) -> None:
    """Give free slots to the runs that have waited longest, and wake every waiting run that has a slot."""
    stored = _stored(ports)
    row, waiting = stored.value, {kind: ports.active.waiting(kind) for kind in KINDS}
    for kind in KINDS:
        row = row.with_slots(kind, _reassigned(kind, row.slots(kind), waiting[kind], ports))
    try:
        _write(stored, row, ports)
    except ConflictError as lost:
        log.info("Slots are not reassigned this time: %s", lost)
        return
    wakeups.wake([one for kind in KINDS for one in waiting[kind] if _holder(kind, one) in row.slots(kind)], ports)


def recount(runs: Iterable[Run], ports: Ports) -> None:
    """Give everyone whose job or endpoint exists a slot again; there may then be more holders than slots.

    Args:
        runs: all there are.

    Raises:
        ConflictError: another worker changed the row meanwhile.
    """
    stored = _stored(ports)
    in_use = {"job": _in_training(runs, ports), "endpoint": _with_endpoint(ports)}
    row = stored.value
    for kind in KINDS:
        row = row.with_slots(kind, list(dict.fromkeys([*row.slots(kind), *in_use[kind]])))
    _write(stored, row, ports)


def _reassigned(kind: SlotKind, holders: list[str], waiting: list[ActiveRow], ports: Ports) -> list[str]:
    staying = [holder for holder in holders if _NEEDS_SLOT[kind](holder, ports)]
    next_ones = dict.fromkeys(holder for one in waiting if (holder := _holder(kind, one)) not in staying)
    return [*staying, *list(next_ones)[: max(0, _limit(kind, ports) - len(staying))]]


def _may_train(run_id: str, ports: Ports) -> bool:
    stored = ports.runs.get(naming.project_of_run(run_id), run_id)
    return stored is not None and stored.value.state in _MAY_TRAIN and stored.value.hold_reason is None


def _needs_endpoint(project: str, ports: Ports) -> bool:
    stored = ports.projects.serving(project)
    return stored is not None and serving.needs_endpoint(stored.value)


_NEEDS_SLOT: Final[Mapping[SlotKind, Callable[[str, Ports], bool]]] = {"job": _may_train, "endpoint": _needs_endpoint}


def _holder(kind: SlotKind, run: Run | ActiveRow) -> str:
    """Who holds a slot: the run for a job, the project for an endpoint."""
    return run.run_id if kind == "job" else run.project


def _limit(kind: SlotKind, ports: Ports) -> int:
    return ports.settings.most_jobs if kind == "job" else ports.settings.most_endpoints


def _in_training(runs: Iterable[Run], ports: Ports) -> list[str]:
    """Runs whose job runs, or may be about to."""
    status = {job.name: job.status for job in ports.jobs.tagged()}
    may_train = [run for run in runs if run.state in _MAY_TRAIN]
    jobs = {run.run_id: status.get(naming.attempt_name(run.run_id, run.attempt)) for run in may_train}
    planned = {run.run_id for run in may_train if run.results.plan}
    return [run for run, job in jobs.items() if job == "running" or (job is None and run in planned)]


def _with_endpoint(ports: Ports) -> list[str]:
    """Projects whose endpoint exists, or may be about to. A run with the deploy lock may still wait for a slot."""
    names = {endpoint.name for endpoint in ports.endpoints.tagged()}
    rows = [row.value for row in ports.projects.all_serving()]
    return [row.project for row in rows if serving.endpoint_name(row, ports) in names or _deploys(row, ports)]


def _deploys(row: Serving, ports: Ports) -> bool:
    holder = ports.runs.get(row.project, row.deploy_lock) if row.deploy_lock else None
    return holder is not None and holder.value.results.endpoint is not None


def _stored(ports: Ports) -> Stored[Capacity]:
    """The row. On first use, or after the tables were lost, it is made from what exists.

    Raises:
        ConflictError: the new row cannot be read yet.
    """
    stored = ports.projects.capacity()
    if stored is None:
        row = Capacity(job=_in_training(ports.runs.all(), ports), endpoint=_with_endpoint(ports))
        ports.projects.create_capacity(row)
        stored = ports.projects.capacity()
    if stored is None:
        raise ConflictError("The row of slots was written and cannot be read yet.")
    return stored


def _write(stored: Stored[Capacity], row: Capacity, ports: Ports) -> None:
    if row != stored.value:
        ports.projects.replace_capacity(row, stored.etag)
