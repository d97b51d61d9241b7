"""How runs are woken: one request for each advance.

A run stays due until its advance is done. If workers are slower than the timer, a request at every tick would fill the
queue with repeats. So the index remembers when an advance was requested, until the run's row is written again.
"""

from collections.abc import Iterable

from shared.core.durations import REQUESTED_AGAIN_AFTER
from shared.ports import ActiveRow, Ports


def wake(rows: Iterable[ActiveRow], ports: Ports) -> int:
    """Request the advances that nobody has requested lately; how many."""
    now = ports.clock.now()
    not_requested = [row for row in rows if row.requested_at is None or row.requested_at + REQUESTED_AGAIN_AFTER <= now]
    for row in not_requested:
        ports.queue.send(row.project, row.run_id)
        ports.active.mark_requested(row, now)
    return len(not_requested)
