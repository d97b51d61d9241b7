"""A message of the queue ``advance``: a run may be due."""

import logging

import azure.functions as func

from shared.core.resources import ADVANCE_QUEUE, FUNCTIONS

blueprint = func.Blueprint()


@blueprint.function_name(FUNCTIONS["advance"])
@blueprint.queue_trigger(arg_name="message", queue_name=ADVANCE_QUEUE, connection="AzureWebJobsStorage")
def advance(message: func.QueueMessage) -> None:
    """Advance the run that the message names."""
    from shared.engine.advance import advance as advance_run
    from shared.wiring import ports

    body = message.get_json()
    advance_run(body["project"], body["run_id"], ports())
    logging.info("advance: %s", body["run_id"])
