"""RunCompleted and RunStatusChanged: something happened to a job, perhaps to one of ours."""

import logging

import azure.functions as func

from functions.events import as_dict
from shared.core.resources import FUNCTIONS

blueprint = func.Blueprint()


@blueprint.function_name(FUNCTIONS["onJobEvent"])
@blueprint.event_grid_trigger(arg_name="event")
def on_job_event(event: func.EventGridEvent) -> None:
    """Ask for the job's run to advance."""
    from shared.runs import job_events
    from shared.wiring import ports

    run_id = job_events.wake_run(as_dict(event), ports())
    logging.info("job event %s: %s", event.id, run_id or "not one of ours, dropped")
