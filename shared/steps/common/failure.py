"""How a run ends that Azure failed: explained, and tried once more where that is known to help."""

from typing import Final

from shared.core.naming import OURS
from shared.core.states import State
from shared.models.failure import Failure
from shared.models.run import Repair, Run
from shared.policy import explain
from shared.steps.common.outcome import Close

_SAID: Final = 500
"""Most characters of Azure's own words that are kept."""
_UNKNOWN: Final = "When the cause is gone, retry the run."


def failed(run: Run, note: str, said: str, told: str | None = None) -> Close:
    """The end of a run that failed.

    Args:
        said: why, in Azure's words or ours.
        told: why and what to do, where we knew it before Azure was asked.
    """
    found = explain.failure(said)
    said = said[:_SAID]
    results = {"failure": found.kind if found else None, "said": said}
    if told or found is None:
        return Close(State.FAILED, note, told or f"{said.rstrip('. ')}. {_UNKNOWN}", results)
    repair = _repair(found, run)
    note = f"{found.cause} {repair.note}" if repair else note
    return Close(State.FAILED, note, f"{found.cause} {found.remedy}", results | {"repair": repair})


def _repair(found: Failure, run: Run) -> Repair | None:
    """At most one a run, and only where it may help; what ends at once, as nothing was made yet, is left to people."""
    had_one = any(decision.by == OURS for decision in run.decisions)
    if found.automatic is None or had_one or run.state is State.RECEIVED:
        return None
    if found.automatic == "halve_batch" and run.state is not State.SUBMITTED:
        return None
    if found.automatic == "resubmit":
        return Repair(note="It is tried once more.")
    smaller = explain.with_half_the_batch(run.results.plan.hyperparameters) if run.results.plan else None
    return Repair(note="It is tried once more with half the batch.", hyperparameters=smaller) if smaller else None
