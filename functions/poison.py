"""The queue of the messages that failed too often."""

import logging

import azure.functions as func

from shared.core.resources import FUNCTIONS, POISON_QUEUE

blueprint = func.Blueprint()


@blueprint.function_name(FUNCTIONS["poison"])
@blueprint.queue_trigger(arg_name="message", queue_name=POISON_QUEUE, connection="AzureWebJobsStorage")
def poison(message: func.QueueMessage) -> None:
    """Say so in the run's record."""
    from shared.engine import poison as work
    from shared.wiring import ports

    run_id = work.record_failure(message.get_body().decode(errors="replace"), ports())
    logging.error("poison message %s: %s", message.id, run_id or "about nothing that moves, dropped")
