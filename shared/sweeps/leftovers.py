"""What workers left that died or were too slow: files of claims that lost, index rows without a run, or the reverse."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from shared.core.resources import PREPARED
from shared.core.states import ENDS
from shared.models.run import Run
from shared.ports import BlobInfo, Ports
from shared.runs import store

GRACE: Final = timedelta(days=1)
"""A worker that wrote something longer ago can no longer be about to write the record that it belongs to."""
_EVER: Final = timedelta(days=3650)
"""Nothing is due later."""


def remove_leftovers(ports: Ports) -> int:
    """Delete the prepared files that their run does not go by; how many those were.

    Of a run that is not known nothing is deleted: its row may be lost. Blocks that were staged and never
    committed are Azure's to drop, after a week.
    """
    runs = {run.run_id: run for run in ports.runs.all()}
    dead = [info for info in ports.blobs.within(PREPARED) if _is_dead(info, runs, ports.clock.now())]
    for info in dead:
        ports.blobs.delete(PREPARED, info.path)
    return len(dead)


def forget_unwritten(ports: Ports) -> int:
    """Remove from the index what never became a run, since its upload was replaced before anybody tried again."""
    due = list(ports.active.due(ports.clock.now() - GRACE))
    unwritten = [row for row in due if ports.runs.get(row.project, row.run_id) is None]
    for row in unwritten:
        ports.active.remove(row.project, row.run_id)
    return len(unwritten)


def index_again(ports: Ports) -> int:
    """Put back into the index what still moves and is not in it: its row went as an end's, while it was retried."""
    indexed = {row.run_id for row in ports.active.due(ports.clock.now() + _EVER)}
    lost = [run for run in ports.runs.all() if run.state not in ENDS and run.run_id not in indexed]
    for run in lost:
        store.look_at(run, ports.clock.now(), ports)
    return len(lost)


def _is_dead(info: BlobInfo, runs: Mapping[str, Run], now: datetime) -> bool:
    run = runs.get(info.path.partition("/")[0])
    if run is None or info.last_modified + GRACE > now:
        return False
    return run.results.splits is None or info.path not in dict(run.results.splits).values()
