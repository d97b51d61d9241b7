"""The queue ``advance``: every path ends here."""

import logging

import azure.functions as func

from shared.core.resources import ADVANCE_QUEUE, FUNCTIONS

blueprint = func.Blueprint()


@blueprint.function_name(FUNCTIONS["advance"])
@blueprint.queue_trigger(arg_name="message", queue_name=ADVANCE_QUEUE, connection="AzureWebJobsStorage")
def advance(message: func.QueueMessage) -> None:
    """Do the next thing that this run needs."""
    from shared.engine import advance
    from shared.wiring import ports

    wanted = message.get_json()
    advance.advance(wanted["project"], wanted["run_id"], ports())
    logging.info("advanced %s", wanted["run_id"])
