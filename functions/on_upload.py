"""Blob Storage's event BlobCreated: a data owner uploaded a file."""

import logging

import azure.functions as func

from functions.events import as_dict
from shared.core.resources import FUNCTIONS

blueprint = func.Blueprint()


@blueprint.function_name(FUNCTIONS["onUpload"])
@blueprint.event_grid_trigger(arg_name="event")
def on_upload(event: func.EventGridEvent) -> None:
    """Record the upload as a run, and request its advance."""
    from shared.uploads import intake
    from shared.wiring import ports

    run_id = intake.receive(as_dict(event), ports())
    logging.info("on_upload %s: %s", event.id, run_id or "ignored: not an upload that becomes a run")
