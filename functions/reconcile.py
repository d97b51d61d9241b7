"""Every minute: whatever is due advances, whether or not an event told of it."""

import logging
import os

import azure.functions as func

from shared.core.resources import FUNCTIONS

blueprint = func.Blueprint()


@blueprint.function_name(FUNCTIONS["reconcile"])
@blueprint.timer_trigger(arg_name="timer", schedule=os.environ.get("RECONCILE_SCHEDULE", "0 * * * * *"))
def reconcile(timer: func.TimerRequest) -> None:
    """Ask for every due run to advance."""
    from shared.sweeps import reconcile as work
    from shared.wiring import ports

    count = work.reconcile(ports())
    logging.info("reconcile: %d%s", count, ", past due" if timer.past_due else "")
