"""What a step returns: what the engine is to write. Steps themselves never write the record."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from shared.core.states import Intent, State
from shared.models.changes import ResultChanges, RunChanges
from shared.models.run import Run
from shared.ports import Ports

AT_ONCE: Final = timedelta()
"""``Wait(AT_ONCE, …)``: write the changes, then run the step again."""


def _no_results() -> ResultChanges:
    return {}


def _no_changes() -> RunChanges:
    return {}


@dataclass(frozen=True)
class Forward:
    """The step is done: the run enters ``state``."""

    state: State
    note: str
    """One sentence for the timeline and the notice."""
    results: ResultChanges = field(default_factory=_no_results)
    record: RunChanges = field(default_factory=_no_changes)
    """Fields of the record other than its results."""
    claim_owner: str | None = None
    """Owner of the claim under which the step was done. The outcome counts only if that claim is still valid."""


@dataclass(frozen=True)
class Wait:
    """There is nothing more to do now: look again ``after`` some time."""

    after: timedelta
    results: ResultChanges = field(default_factory=_no_results)
    record: RunChanges = field(default_factory=_no_changes)
    claim_owner: str | None = None


@dataclass(frozen=True)
class Close:
    """The run ends as ``end``: at once while it owns nothing (``received``), else through ``closing``."""

    end: State
    note: str
    error: str | None = None
    """Why it ended early, with what to do about it; ``None``: nothing went wrong."""
    results: ResultChanges = field(default_factory=_no_results)
    record: RunChanges = field(default_factory=_no_changes)
    claim_owner: str | None = None


@dataclass(frozen=True)
class NextAttempt:
    """Nothing of this attempt is left: the next one begins, as ``Results.automatic_retry`` says."""

    note: str
    """One sentence for the timeline and the notice."""
    hold_reason: str | None = None
    """Why the attempt waits for an approval."""
    claim_owner: None = None


Outcome = Forward | Wait | Close
Step = Callable[[Run, Ports], Outcome | NextAttempt]


def requested_end(run: Run) -> Close | None:
    """The end that the run's owner requests; ``None`` if no end is requested."""
    if run.intent is Intent.CANCEL:
        return Close(State.CANCELLED, "Cancelled by its owner.")
    if run.intent is Intent.SUPERSEDE:
        return Close(State.SUPERSEDED, "A newer version of the upload took its place.")
    return None
