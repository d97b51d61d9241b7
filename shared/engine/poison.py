"""A message that failed again and again ends in its run's record, where people look; its run is tried later.

It does not end the run: what failed may be Azure, or a bug that the next version of the app mends. Every wait is
as long as the run has been in its state, so that each is twice the one before; the state's deadline ends it.
"""

import json
import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from shared.core.errors import ConflictError
from shared.core.states import DEADLINES, ENDS
from shared.engine import advance
from shared.models.run import Run
from shared.ports import Ports
from shared.runs import record, store

log = logging.getLogger(__name__)

SHORTEST: Final = timedelta(minutes=10)
"""A run whose message failed again and again is not tried again sooner."""
_LONGEST: Final = timedelta(hours=6)


def record_failure(message: str, ports: Ports) -> str | None:
    """Write into the record that its message failed; the run it is about, ``None`` if there is none that moves.

    Raises:
        ConflictError: somebody else wrote the record first.
    """
    try:
        wanted = json.loads(message)
        project, run_id = str(wanted["project"]), str(wanted["run_id"])
    except (ValueError, TypeError, KeyError):
        log.error("A poison message is none of ours; it is dropped.")
        return None
    stored = ports.runs.get(project, run_id)
    if stored is None or stored.value.state in ENDS:
        return None
    run = _noted(stored.value, ports.clock.now())
    saved = store.save(stored, run, ports)
    with suppress(ConflictError):  # whoever has written since tells of it, or leaves it to the next
        advance.announce(saved, ports)
    return run_id


def _noted(run: Run, now: datetime) -> Run:
    since = now - (run.deadline - DEADLINES[run.state])
    later = now + min(_LONGEST, max(SHORTEST, since))
    detail = (
        f"Advancing it failed five times in a row while {run.state}; the app's log says why. "
        f"It is tried again at {later:%Y-%m-%d %H:%M} UTC."
    )
    return record.with_failure(run, now, later, detail)
