"""Azure ML's run events: each wakes the run whose job it is about. Nothing else in an event is believed."""

import logging

from shared.core import naming, resources
from shared.core.errors import EventError
from shared.core.events import Event, check
from shared.core.states import ENDS
from shared.core.telemetry import event_dropped
from shared.ports import Ports

log = logging.getLogger(__name__)


def wake_run(event: Event, ports: Ports) -> str | None:
    """Wake the run whose job the event is about; its id, ``None`` if the job belongs to no run that moves."""
    try:
        check(event, ports.settings.workspace_id, resources.RUN_EVENT_TYPES)
    except EventError as error:
        log.warning("Job event dropped: %s", error)
        event_dropped("runs", "foreign")
        return None
    run_id = _run_of(str(event["data"].get("runId")), ports)
    if run_id is None:
        event_dropped("runs", "unknown")
        return None
    ports.queue.send(naming.project_of_run(run_id), run_id)
    return run_id


def _run_of(job: str, ports: Ports) -> str | None:
    """The run whose present attempt has this job. Steps of a pipeline have other names."""
    attempt = naming.parse_attempt_name(job)
    stored = ports.runs.get(attempt[0], attempt[1]) if attempt else None
    if attempt is None or stored is None or stored.value.attempt != attempt[2] or stored.value.state in ENDS:
        return None
    return stored.value.run_id
