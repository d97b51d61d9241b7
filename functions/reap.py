"""Every ten minutes: endpoints whose lease ran out."""

import logging
import os

import azure.functions as func

from shared.core.resources import FUNCTIONS

blueprint = func.Blueprint()


@blueprint.function_name(FUNCTIONS["reap"])
@blueprint.timer_trigger(arg_name="timer", schedule=os.environ.get("REAP_SCHEDULE", "0 */10 * * * *"))
def reap(timer: func.TimerRequest) -> None:
    """Delete endpoints that have no reason to live."""
    from shared.sweeps import reap as work
    from shared.wiring import ports

    count = work.reap(ports())
    logging.info("reap: %d%s", count, ", past due" if timer.past_due else "")
