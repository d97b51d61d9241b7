"""Azure ML's events RunCompleted and RunStatusChanged: a job changed, perhaps the job of a run."""

import logging

import azure.functions as func

from functions.events import as_dict
from shared.core.resources import FUNCTIONS

blueprint = func.Blueprint()


@blueprint.function_name(FUNCTIONS["onJobEvent"])
@blueprint.event_grid_trigger(arg_name="event")
def on_job_event(event: func.EventGridEvent) -> None:
    """Request an advance of the job's run."""
    from shared.runs import job_events
    from shared.wiring import ports

    run_id = job_events.wake_run(as_dict(event), ports())
    logging.info("on_job_event %s: %s", event.id, run_id or "ignored: not a job of a run")
