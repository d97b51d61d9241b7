"""What workers left behind that died or were too slow: prepared files, and index rows that are wrong."""

from collections.abc import Mapping
from datetime import datetime

from shared.core.durations import EVER, LEFTOVER_GRACE
from shared.core.resources import PREPARED
from shared.core.states import ENDS
from shared.models.run import Run
from shared.ports import BlobInfo, Ports
from shared.runs import store


def remove_leftovers(runs: Mapping[str, Run], ports: Ports) -> int:
    """Delete the prepared files that their run's record does not name; how many.

    Files of an unknown run are kept: its row may be lost. Azure drops blocks that were staged and never committed after
    a week.
    """
    now = ports.clock.now()
    unnamed = [info for info in ports.blobs.within(PREPARED) if _is_leftover(info, runs, now)]
    for info in unnamed:
        ports.blobs.delete(PREPARED, info.path)
    return len(unnamed)


def forget_unwritten(ports: Ports) -> int:
    """Remove index rows whose run was never written, because its upload was replaced first; how many."""
    due = list(ports.active.due(ports.clock.now() - LEFTOVER_GRACE))
    unwritten = [row for row in due if ports.runs.get(row.project, row.run_id) is None]
    for row in unwritten:
        ports.active.remove(row.project, row.run_id)
    return len(unwritten)


def index_again(runs: Mapping[str, Run], ports: Ports) -> int:
    """Repair the index of runs that move and have no row, or a row that is due later than their record says; how many.

    A run's row may have been removed at its end, while a person retried it. And a worker that lost a write may have
    died before it could correct the row.
    """
    due = {row.run_id: row.next_due for row in ports.active.due(ports.clock.now() + EVER)}
    return sum(_is_indexed_again(run, due.get(run.run_id), ports) for run in runs.values())


def _is_indexed_again(run: Run, due: datetime | None, ports: Ports) -> bool:
    """The snapshot of the runs may be old, so the present record decides."""
    if not _is_missed(run, due):
        return False
    stored = ports.runs.get(run.project, run.run_id)
    if stored is None or not _is_missed(stored.value, due):
        return False
    store.look_at(stored.value, ports.clock.now(), ports)
    return True


def _is_missed(run: Run, due: datetime | None) -> bool:
    return run.state not in ENDS and (due is None or due > run.next_due)


def _is_leftover(info: BlobInfo, runs: Mapping[str, Run], now: datetime) -> bool:
    run = runs.get(info.path.partition("/")[0])
    if run is None or info.last_modified + LEFTOVER_GRACE > now:
        return False
    return run.results.splits is None or info.path not in dict(run.results.splits).values()
