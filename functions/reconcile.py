"""A timer, every minute: runs that are due advance even if no event arrived."""

import logging
import os

import azure.functions as func

from shared.core.resources import FUNCTIONS

blueprint = func.Blueprint()


@blueprint.function_name(FUNCTIONS["reconcile"])
@blueprint.timer_trigger(arg_name="timer", schedule=os.environ.get("RECONCILE_SCHEDULE", "0 * * * * *"))
def reconcile(timer: func.TimerRequest) -> None:
    """Request an advance of every run that is due."""
    from shared.sweeps.reconcile import reconcile as request_due_advances
    from shared.wiring import ports

    count = request_due_advances(ports())
    logging.info("reconcile: %d runs%s", count, ", past due" if timer.past_due else "")
