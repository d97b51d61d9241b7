"""Every hour: uploads that have no run, and what bears our tags without one."""

import logging
import os

import azure.functions as func

from shared.core.resources import FUNCTIONS

blueprint = func.Blueprint()


@blueprint.function_name(FUNCTIONS["sweep"])
@blueprint.timer_trigger(arg_name="timer", schedule=os.environ.get("SWEEP_SCHEDULE", "0 0 * * * *"))
def sweep(timer: func.TimerRequest) -> None:
    """Receive uploads whose events were lost; remove what belongs to nobody."""
    from shared.sweeps import sweep as work
    from shared.wiring import ports

    count = work.sweep(ports())
    logging.info("sweep: %d%s", count, ", past due" if timer.past_due else "")
