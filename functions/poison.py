"""A message of the poison queue: an ``advance`` message that failed too often."""

import logging

import azure.functions as func

from shared.core.resources import FUNCTIONS, POISON_QUEUE

blueprint = func.Blueprint()


@blueprint.function_name(FUNCTIONS["poison"])
@blueprint.queue_trigger(arg_name="message", queue_name=POISON_QUEUE, connection="AzureWebJobsStorage")
def poison(message: func.QueueMessage) -> None:
    """Record the failure in the run."""
    from shared.engine.poison import record_failure
    from shared.wiring import ports

    run_id = record_failure(message.get_body().decode(errors="replace"), ports())
    logging.error("poison %s: %s", message.id, run_id or "ignored: no such run is under way")
