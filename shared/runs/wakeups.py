"""How runs are woken: their advance is asked for, once.

A run stays due until its advance is done. Where workers come to it later than the timer comes back, asking each time
would bury what was asked for first; so the index remembers what was asked for, until its row is written again.
"""

from collections.abc import Iterable
from typing import Final

from shared.ports import ActiveRow, Ports
from shared.runs import claims

REQUEST_AGAIN_AFTER: Final = claims.LASTS
"""An advance of which nothing has come for so long is asked for again: it may have met a claim, which is over now."""


def wake(rows: Iterable[ActiveRow], ports: Ports) -> int:
    """Ask for the advances that nobody has asked for lately; how many those were."""
    now = ports.clock.now()
    unasked = [row for row in rows if row.requested_at is None or row.requested_at + REQUEST_AGAIN_AFTER <= now]
    for row in unasked:
        ports.queue.send(row.project, row.run_id)
        ports.active.mark_requested(row, now)
    return len(unasked)
