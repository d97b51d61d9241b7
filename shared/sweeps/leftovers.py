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
    """Put runs that move and are not in the index back into it; how many.

    A run's index row may have been removed at its end, while a person retried it.
    """
    indexed = {row.run_id for row in ports.active.due(ports.clock.now() + EVER)}
    lost = [run for run in runs.values() if run.state not in ENDS and run.run_id not in indexed]
    for run in lost:
        store.look_at(run, ports.clock.now(), ports)
    return len(lost)


def _is_leftover(info: BlobInfo, runs: Mapping[str, Run], now: datetime) -> bool:
    run = runs.get(info.path.partition("/")[0])
    if run is None or info.last_modified + LEFTOVER_GRACE > now:
        return False
    return run.results.splits is None or info.path not in dict(run.results.splits).values()
