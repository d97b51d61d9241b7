"""A timer, every hour: finds uploads without a run, and resources with our tags that no run owns."""

import logging
import os

import azure.functions as func

from shared.core.resources import FUNCTIONS

blueprint = func.Blueprint()


@blueprint.function_name(FUNCTIONS["sweep"])
@blueprint.timer_trigger(arg_name="timer", schedule=os.environ.get("SWEEP_SCHEDULE", "0 0 * * * *"))
def sweep(timer: func.TimerRequest) -> None:
    """Accept uploads whose events were lost, and remove resources that no run owns."""
    from shared.sweeps.sweep import sweep as repair_and_clean_up
    from shared.wiring import ports

    count = repair_and_clean_up(ports())
    logging.info("sweep: %d repaired or removed%s", count, ", past due" if timer.past_due else "")
