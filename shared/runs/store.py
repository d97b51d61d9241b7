"""How a run's record is written: the index first, then the record.

The index (``ports.Active``) says when a run is to be looked at next, and which queue it waits in. A process may die
between the two writes; the index is then wrong until the next look at the run, or until the next sweep. A rebuild is
the only other place that creates records: it puts them into the index when everything else is restored.
"""

from datetime import datetime

from shared.core.errors import ConflictError
from shared.models.run import Run
from shared.ports import Ports, QueuePosition, Stored

RunsById = dict[str, Run]
"""Runs as they were when they were read, by id."""


def all_runs(ports: Ports) -> RunsById:
    """All runs. This reads the whole history: read it once, and pass it along."""
    return {run.run_id: run for run in ports.runs.all()}


def create(run: Run, ports: Ports) -> bool:
    """Insert a new run; ``False`` if it exists already. Its row in the index is right again then."""
    look_at(run, run.next_due, ports)
    is_new = ports.runs.create(run)
    if not is_new:
        look_again(run.project, run.run_id, ports)
    return is_new


def save(stored: Stored[Run], run: Run, ports: Ports) -> Stored[Run]:
    """Replace the record that was read as ``stored`` by ``run``.

    Its row in the index is written only if what the row says changes: somebody may have asked for an earlier look.

    Raises:
        ConflictError: somebody else has changed the record since it was read. Its row in the index is right again.
    """
    if _indexed(run) != _indexed(stored.value):
        look_at(run, run.next_due, ports)
    try:
        return Stored(run, ports.runs.replace(run, stored.etag))
    except ConflictError:
        look_again(run.project, run.run_id, ports)
        raise


def look_at(run: Run, due: datetime, ports: Ports) -> None:
    """Have the run looked at when it is ``due``. It keeps its place in the queue that it waits in."""
    ports.active.put(run.project, run.run_id, due, queue_position(run))


def look_again(project: str, run_id: str, ports: Ports) -> None:
    """Have a run looked at now, with its place in the queue as its present record says."""
    stored = ports.runs.get(project, run_id)
    if stored is not None:
        look_at(stored.value, ports.clock.now(), ports)


def _indexed(run: Run) -> tuple[datetime, QueuePosition | None]:
    """What the index says about a run."""
    return run.next_due, queue_position(run)


def queue_position(run: Run) -> QueuePosition | None:
    """The run's place in the queue that it waits in; ``None`` if it waits in none."""
    return QueuePosition(run.created, run.run_id, run.project, run.queue) if run.queue else None
