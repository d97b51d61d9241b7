"""BlobCreated: a data owner dropped a file."""

import logging

import azure.functions as func

from functions.events import as_dict
from shared.core.resources import FUNCTIONS

blueprint = func.Blueprint()


@blueprint.function_name(FUNCTIONS["onUpload"])
@blueprint.event_grid_trigger(arg_name="event")
def on_upload(event: func.EventGridEvent) -> None:
    """Record the upload and ask for its run to advance."""
    from shared.uploads import intake
    from shared.wiring import ports

    run_id = intake.receive(as_dict(event), ports())
    logging.info("upload event %s: %s", event.id, run_id or "not one of ours, dropped")
