"""How a run's record changes. Pure: the caller writes the result with ``store.save``.

entered        another state
decided        a person approved or cancelled it
with_failure   its message failed too often
still_closing  something of it is still there
next_attempt   the next attempt begins
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from shared.core.durations import in_words
from shared.core.states import DEADLINES, STARTS, Intent, State
from shared.models.changes import RunChanges
from shared.models.run import Claim, Decided, Decision, Notice, Results, Run

_MADE_BEFORE: Final[Mapping[State, tuple[str, ...]]] = {
    State.RECEIVED: (),
    State.PREPARED: ("splits", "receipt"),
    State.TRAINED: ("splits", "receipt", "base_model", "plan", "job", "metrics"),
    State.REGISTERED: ("splits", "receipt", "base_model", "plan", "job", "metrics", "model"),
}
"""Results that a further attempt takes over, by the state in which it begins."""


def entered(run: Run, state: State, note: str, now: datetime, attempt: int | None = None) -> RunChanges:
    """The fields that change with the state."""
    notice = _notice(run, f"tunedrop.run.{state}", attempt or run.attempt, state, note, now)
    return {
        "state": state,
        "deadline": now + DEADLINES.get(state, timedelta()),
        "next_due": now,
        "claim": ended(run.claim, now),
        "queue": None,
        "seq": run.seq + 1,
        "outbox": [*run.outbox, notice],
        "updated": now,
    }


def decided(run: Run, what: Decided, by: str, now: datetime, changes: RunChanges, detail: str) -> Run:
    """The record after a decision that changes the fields ``changes``; the timeline gets the ``detail``."""
    noted = _noted(run, f"tunedrop.decision.{what}", detail, now)
    decisions = [*run.decisions, Decision(what=what, by=by, time=now)]
    return changed(run, {**changes, **noted, "next_due": now, "decisions": decisions})


def with_failure(run: Run, now: datetime, later: datetime, detail: str) -> Run:
    """The record of a run that could not be advanced, and that is looked at again ``later``."""
    return changed(run, {**_noted(run, "tunedrop.trouble", detail, now), "next_due": later})


def still_closing(run: Run, now: datetime) -> RunChanges:
    """The fields that change when ``closing`` takes too long: it goes on until nothing is left, and says so."""
    limit = DEADLINES[State.CLOSING]
    what = run.results.endpoint or run.results.job or "it"
    detail = (
        f"Something of this run still exists after {in_words(limit)}, though we asked Azure ML to stop it. "
        f"Look at {what} in Azure ML studio, and stop it there."
    )
    return {**_noted(run, "tunedrop.trouble", detail, now), "deadline": now + limit}


def next_attempt(run: Run, by: str, note: str, now: datetime, hold_reason: str | None = None) -> Run:
    """The record in its next attempt.

    Args:
        by: who decided it; written into the decisions.
        hold_reason: why the attempt waits for an approval.
    """
    attempt, state = run.attempt + 1, start_of_next(run)
    retry = run.results.automatic_retry
    note = f"Attempt {attempt}: {note} {hold_reason or ''}".rstrip()
    fresh: RunChanges = {
        "attempt": attempt,
        "adjustments": {**run.adjustments, **(retry.hyperparameters if retry else {})},
        "intent": Intent.PROCEED,
        "hold_reason": hold_reason or run.hold_reason,
        "results": Results(**{name: getattr(run.results, name) for name in _MADE_BEFORE[state]}),
        "decisions": [*run.decisions, Decision(what="retry", by=by, time=now)],
    }
    return changed(run, {**entered(run, state, note, now, attempt), **fresh})


def start_of_next(run: Run) -> State:
    """The state in which a run's next attempt would begin: the last one whose earlier work is all done."""
    return next(start for start in STARTS if _is_done(start, run.results))


def _is_done(start: State, results: Results) -> bool:
    return all(getattr(results, name) is not None for name in _MADE_BEFORE[start])


def _noted(run: Run, kind: str, detail: str, now: datetime) -> RunChanges:
    """The fields that change when the timeline gets an entry that is not a transition."""
    notice = _notice(run, kind, run.attempt, run.state, detail, now)
    return {"seq": run.seq + 1, "outbox": [*run.outbox, notice], "updated": now}


def _notice(run: Run, kind: str, attempt: int, state: State, detail: str, now: datetime) -> Notice:
    return Notice(id=f"{run.run_id}:{run.seq + 1}", type=kind, time=now, state=state, attempt=attempt, detail=detail)


def ended(claim: Claim | None, now: datetime) -> Claim | None:
    """A claim that is over; its owner's number is never used again."""
    return Claim(owner=claim.owner, until=now) if claim else None


def changed(run: Run, changes: RunChanges) -> Run:
    """The record with other fields, validated."""
    return Run.model_validate({**vars(run), **changes})
