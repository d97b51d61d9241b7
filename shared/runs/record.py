"""How a run's record changes. Pure: whoever calls these writes the result, if nobody else wrote first.

entered        another state
decided        a person approved or cancelled it
with_failure   its message failed
still_closing  something of it is still there
again          the next attempt begins
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from shared.core.states import DEADLINES, STARTS, Intent, State
from shared.models.run import Claim, Decided, Decision, Notice, Results, Run

_MADE_BEFORE: Final[Mapping[State, tuple[str, ...]]] = {
    State.RECEIVED: (),
    State.PREPARED: ("splits", "receipt"),
    State.TRAINED: ("splits", "receipt", "base_model", "plan", "job", "metrics"),
    State.REGISTERED: ("splits", "receipt", "base_model", "plan", "job", "metrics", "model"),
}
"""Results that a further attempt takes over, by the state that it begins in."""


def entered(run: Run, state: State, note: str, now: datetime, attempt: int | None = None) -> dict[str, Any]:
    """The fields that change with the state."""
    return {
        "state": state,
        "deadline": now + DEADLINES.get(state, timedelta()),
        "next_due": now,
        "claim": ended(run.claim, now),
        "queue": None,
        "seq": run.seq + 1,
        "outbox": [*run.outbox, _notice(run, f"tunedrop.run.{state}", attempt or run.attempt, state, note, now)],
        "updated": now,
    }


def decided(run: Run, what: Decided, by: str, now: datetime, changes: Mapping[str, Any], detail: str) -> Run:
    """The record after a decision that changes the fields ``changes``, and that the timeline is to tell."""
    told = _told(run, f"tunedrop.decision.{what}", detail, now) | {"next_due": now}
    return changed(run, {**changes, **told, "decisions": [*run.decisions, Decision(what=what, by=by, time=now)]})


def with_failure(run: Run, now: datetime, later: datetime, detail: str) -> Run:
    """The record of a run that could not be advanced, and that is looked at again ``later``."""
    return changed(run, _told(run, "tunedrop.trouble", detail, now) | {"next_due": later})


def still_closing(run: Run, now: datetime) -> dict[str, Any]:
    """The fields that change when ``closing`` takes too long: it goes on, for nothing may be left, and says so."""
    limit = DEADLINES[State.CLOSING]
    detail = (
        f"Something of it is still there after {limit}, though it was asked to go. "
        f"Look at {run.results.endpoint or run.results.job or 'it'} in Azure ML studio, and stop it there."
    )
    return _told(run, "tunedrop.trouble", detail, now) | {"deadline": now + limit}


def again(run: Run, by: str, note: str, now: datetime, hold_reason: str | None = None) -> Run:
    """The record in its next attempt.

    Args:
        hold_reason: why that waits for an approval.
    """
    attempt, state = run.attempt + 1, start_of_next(run)
    kept = Results(**{name: getattr(run.results, name) for name in _MADE_BEFORE[state]})
    taught = run.results.automatic_retry.hyperparameters if run.results.automatic_retry else {}
    fresh = {
        "attempt": attempt,
        "adjustments": {**run.adjustments, **taught},
        "intent": Intent.PROCEED,
        "hold_reason": hold_reason or run.hold_reason,
        "results": kept,
        "decisions": [*run.decisions, Decision(what="retry", by=by, time=now)],
    }
    note = f"Attempt {attempt}: {note} {hold_reason or ''}".rstrip()
    return changed(run, entered(run, state, note, now, attempt) | fresh)


def start_of_next(run: Run) -> State:
    """Where a run's next attempt would begin: where the last thing is that needs not be made again."""
    return next(start for start in STARTS if _is_done(start, run.results))


def _is_done(start: State, results: Results) -> bool:
    return all(getattr(results, name) is not None for name in _MADE_BEFORE[start])


def _told(run: Run, kind: str, detail: str, now: datetime) -> dict[str, Any]:
    """The fields that change where the timeline is to tell something other than a transition."""
    notice = _notice(run, kind, run.attempt, run.state, detail, now)
    return {"seq": run.seq + 1, "outbox": [*run.outbox, notice], "updated": now}


def _notice(run: Run, kind: str, attempt: int, state: State, detail: str, now: datetime) -> Notice:
    return Notice(id=f"{run.run_id}:{run.seq + 1}", type=kind, time=now, state=state, attempt=attempt, detail=detail)


def ended(claim: Claim | None, now: datetime) -> Claim | None:
    """A claim that is over; its owner's number stays used."""
    return Claim(owner=claim.owner, until=now) if claim else None


def changed(run: Run, changes: Mapping[str, Any]) -> Run:
    """The record with other fields, checked."""
    return Run.model_validate({**vars(run), **changes})
