"""How a run ends when Azure fails: the failure is explained, and tried once more where that is known to help."""

from typing import Final

from shared.core.naming import OURS
from shared.core.states import State
from shared.models.changes import ResultChanges
from shared.models.failure import Failure
from shared.models.run import AutomaticRetry, Run
from shared.policy import explain
from shared.steps.common.outcome import Close

_LONGEST_MESSAGE: Final = 500
"""Characters of Azure's own words that are kept."""
_UNKNOWN: Final = "When the cause is gone, retry the run."


def failed(run: Run, note: str, azure_message: str, explanation: str | None = None) -> Close:
    """The end of a run that failed.

    Args:
        azure_message: why, in Azure's words or ours.
        explanation: why and what to do, where we knew it before we asked Azure.
    """
    failure = explain.failure(azure_message)
    azure_message = azure_message[:_LONGEST_MESSAGE]
    results: ResultChanges = {"failure": failure.kind if failure else None, "azure_message": azure_message}
    if explanation or failure is None:
        return Close(State.FAILED, note, explanation or f"{azure_message.rstrip('. ')}. {_UNKNOWN}", results)
    retry = _automatic_retry(failure, run)
    note = f"{failure.cause} {retry.note}" if retry else note
    return Close(State.FAILED, note, f"{failure.cause} {failure.remedy}", {**results, "automatic_retry": retry})


def _automatic_retry(failure: Failure, run: Run) -> AutomaticRetry | None:
    """One a run at most, and only where it may help. A run that has made nothing yet ends at once instead."""
    had_one = any(decision.by == OURS for decision in run.decisions)
    if failure.automatic is None or had_one or run.state is State.RECEIVED:
        return None
    if failure.automatic == "halve_batch" and run.state is not State.SUBMITTED:
        return None
    if failure.automatic == "resubmit":
        return AutomaticRetry(note="The app tries once more.")
    smaller = explain.with_half_the_batch(run.results.plan.hyperparameters) if run.results.plan else None
    if smaller is None:
        return None
    return AutomaticRetry(note="The app tries once more with half the batch.", hyperparameters=smaller)
