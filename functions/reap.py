"""A timer, every ten minutes: deletes endpoints whose lease has ended."""

import logging
import os

import azure.functions as func

from shared.core.resources import FUNCTIONS

blueprint = func.Blueprint()


@blueprint.function_name(FUNCTIONS["reap"])
@blueprint.timer_trigger(arg_name="timer", schedule=os.environ.get("REAP_SCHEDULE", "0 */10 * * * *"))
def reap(timer: func.TimerRequest) -> None:
    """Delete endpoints whose lease has ended."""
    from shared.sweeps.reap import reap as reap_endpoints
    from shared.wiring import ports

    count = reap_endpoints(ports())
    logging.info("reap: %d endpoints%s", count, ", past due" if timer.past_due else "")
