"""A message that failed too often ends in its run's record, where people look; the run is tried again later.

It does not end the run: the cause may be Azure, or a bug that the next version of the app fixes. Each wait is as long
as the run has been in its state, so each is twice the one before. The state's deadline ends it.
"""

import json
import logging
from contextlib import suppress
from datetime import datetime

from shared.core.durations import FAILED_MESSAGE_AGAIN_AFTER, FAILED_MESSAGE_LONGEST_WAIT
from shared.core.errors import ConflictError
from shared.core.states import DEADLINES, ENDS
from shared.engine import advance
from shared.models.run import Run
from shared.ports import Ports
from shared.runs import record, store

log = logging.getLogger(__name__)


def record_failure(message: str, ports: Ports) -> str | None:
    """Write into the run's record that its message failed; the run's id, ``None`` if no run moves by it.

    Raises:
        ConflictError: somebody else changed the record first.
    """
    try:
        wanted = json.loads(message)
        project, run_id = str(wanted["project"]), str(wanted["run_id"])
    except (ValueError, TypeError, KeyError):
        log.error("A poison message names no run. It is dropped.")
        return None
    stored = ports.runs.get(project, run_id)
    if stored is None or stored.value.state in ENDS:
        return None
    run = _with_failure(stored.value, ports.clock.now())
    saved = store.save(stored, run, ports)
    with suppress(ConflictError):  # whoever changed the record meanwhile announces it
        advance.announce(saved, ports)
    return run_id


def _with_failure(run: Run, now: datetime) -> Run:
    in_state = now - (run.deadline - DEADLINES[run.state])
    later = now + min(FAILED_MESSAGE_LONGEST_WAIT, max(FAILED_MESSAGE_AGAIN_AFTER, in_state))
    detail = (
        f"Advancing the run failed five times in a row while it was {run.state}. The app's log says why. "
        f"The next try is at {later:%Y-%m-%d %H:%M} UTC."
    )
    return record.with_failure(run, now, later, detail)
