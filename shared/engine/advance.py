"""``advance``: the one way in which a run moves.

Events, timers and decisions are only hints that it may be time. ``advance`` reads the record, does the next idempotent
thing, and writes the record forward if nobody else has changed it:

    publish the outbox ─▶ what its owner or a deadline demands, else STEPS[state] ─▶ index ─▶ record (If-Match)

A crash anywhere leaves the old record or the new one. After the old one the step is repeated, under the same names.
Timeline and notices are written from the outbox, which the transition itself has written. So a transition whose write
failed is never published. A topic that accepts no notices delays nothing: the notices wait in the record (``unsent``).
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from shared.core import durations
from shared.core.errors import ConflictError, NoticeError, ThrottledError, TunedropError
from shared.core.naming import OURS
from shared.core.states import DEADLINES, ENDS, Intent, State, may_follow
from shared.models.changes import ResultChanges, RunChanges
from shared.models.run import Notice, Results, Run, TimelineEntry
from shared.ports import Ports, Stored
from shared.runs import backup, claims, record, store
from shared.steps import close, deploy, evaluate, live, promote, register, submit
from shared.steps.common.failure import failed
from shared.steps.common.outcome import AT_ONCE, Close, Forward, NextAttempt, Outcome, Step, Wait, requested_end
from shared.steps.preparation import step as preparation

log = logging.getLogger(__name__)

STEPS: Final[Mapping[State, Step]] = {
    State.RECEIVED: preparation.prepare,
    State.PREPARED: submit.submit,
    State.SUBMITTED: submit.follow,
    State.TRAINED: register.register,
    State.REGISTERED: deploy.take_deploy_lock,
    State.DEPLOYING: deploy.deploy,
    State.DEPLOYED: evaluate.evaluate,
    State.EVALUATED: promote.promote,
    State.LIVE: live.live,
    State.CLOSING: close.close,
}
_KEPT_AFTER_ERRORS: Final = frozenset({State.EVALUATED, State.LIVE, State.CLOSING})
"""A run that may serve, or that is being closed, does not end because of an error: its step is tried again."""


def advance(project: str, run_id: str, ports: Ports) -> None:
    """Move a run as far as it goes now. Safe at any time, any number of times, from any number of workers.

    Raises:
        Exception: a port's error that may pass with time; call again later.
    """
    began = ports.clock.now()
    try:
        stored = ports.runs.get(project, run_id)
        if stored is not None and stored.value.unsent:
            stored = announce(stored, ports)
        while stored is not None:
            stored = _once(stored, began, ports)
    except ConflictError as lost:
        log.info("%s: somebody else wrote first (%s)", run_id, lost)
        store.look_again(project, run_id, ports)


def _once(stored: Stored[Run], began: datetime, ports: Ports) -> Stored[Run] | None:
    """Do one thing; the record to go on with, or ``None``: enough for now."""
    run = stored.value
    if run.outbox:
        return announce(stored, ports)
    now = ports.clock.now()
    if run.state in ENDS:
        _ended(run, now, ports)
        return None
    if run.not_before is not None and now < run.not_before:
        return None
    if now - began > durations.INVOCATION_BUDGET:
        ports.queue.send(run.project, run.run_id)
        return None
    outcome = _demanded(run, now)
    if outcome is None and claims.is_claimed(run, ports):
        return None
    return _write(stored, outcome, ports) if outcome else _step(stored, ports)


def _ended(run: Run, now: datetime, ports: Ports) -> None:
    if run.unsent:
        store.look_at(run, now + durations.NOTICE_AGAIN_AFTER, ports)
    else:
        ports.active.remove(run.project, run.run_id)


def _demanded(run: Run, now: datetime) -> Outcome | None:
    """What does not depend on the step: a request of the owner, a deadline, a hold."""
    if run.state is State.CLOSING:
        return Wait(AT_ONCE, record=record.still_closing(run, now)) if now > run.deadline else None
    if _may_be_stopped(run) and (end := requested_end(run)):
        return end
    if now > run.deadline + (durations.WAITING_EXTENSION if run.hold_reason or run.queue else timedelta()):
        return _overdue(run)
    return Wait(durations.HELD_LOOK_EVERY) if run.hold_reason else None


def _may_be_stopped(run: Run) -> bool:
    """``promote`` decides for itself; a newer upload replaces a live run only once it is promoted."""
    return run.state is not State.EVALUATED and not (run.state is State.LIVE and run.intent is Intent.SUPERSEDE)


def _overdue(run: Run) -> Close:
    if run.state is State.LIVE:
        return Close(State.RETIRED, "The run has been live for as long as a run may.")
    note = f"Overdue in state {run.state}."
    if run.results.azure_message:
        return failed(run, note, run.results.azure_message)
    return Close(State.FAILED, note, _why_overdue(run))


def _why_overdue(run: Run) -> str:
    limit = DEADLINES[run.state]
    longest, waited = durations.in_words(limit), durations.in_words(durations.WAITING_EXTENSION + limit)
    if run.hold_reason:
        return f"{run.hold_reason} Nobody approved it within {waited}. Retry the run, then approve it."
    if run.queue:
        return f"The run waited {waited} for {_QUEUES[run.queue]} and did not get it. Retry the run to wait again."
    return f"The run was {run.state} for longer than {longest}. Look at it in Azure ML studio, then retry the run."


_QUEUES: Final = {"job": "a job slot", "endpoint": "an endpoint slot", "deploy_lock": "its project's deploy lock"}


def _step(stored: Stored[Run], ports: Ports) -> Stored[Run] | None:
    run = stored.value
    try:
        outcome = STEPS[run.state](run, ports)
    except ConflictError:
        raise
    except TunedropError as error:
        return _write(_still_mine(claims.free(run, ports), run), _after_error(run, error, ports.clock.now()), ports)
    if outcome.claim_owner is not None:
        stored = _still_mine(claims.held(run, outcome.claim_owner, ports), run)
    return _write(stored, outcome, ports)


def _still_mine(stored: Stored[Run] | None, run: Run) -> Stored[Run]:
    """The record after a step that may have claimed it.

    Raises:
        ConflictError: another worker has taken the run over.
    """
    if stored is None:
        raise ConflictError(f"Another worker has taken over {run.run_id}.")
    return stored


def _after_error(run: Run, error: TunedropError, now: datetime) -> Outcome:
    if isinstance(error, ThrottledError):
        pause = timedelta(seconds=error.retry_after)
        return Wait(pause, record={"not_before": now + pause})
    log.warning("%s: %s failed: %s", run.run_id, run.state, error)
    if run.state in _KEPT_AFTER_ERRORS:
        results: ResultChanges = {"azure_message": error.message} if run.state is State.EVALUATED else {}
        return Wait(durations.ERROR_AGAIN_AFTER, results)
    return failed(run, f"Failed while {run.state}.", error.message, str(error) if error.remedy else None)


def _write(stored: Stored[Run], outcome: Outcome | NextAttempt, ports: Ports) -> Stored[Run] | None:
    """The record to go on with; ``None`` if the run waits."""
    run = applied(stored.value, outcome, ports.clock.now())
    saved = store.save(stored, run, ports)
    return None if isinstance(outcome, Wait) and outcome.after > AT_ONCE else saved


def announce(stored: Stored[Run], ports: Ports) -> Stored[Run]:
    """Write what the outbox holds into timeline, backup and topic, and empty it.

    Raises:
        ConflictError: somebody else has changed the record.
    """
    run = stored.value
    entries = [_entry(notice) for notice in run.outbox]
    for entry in entries:
        ports.runs.append(run, entry)
    announced = run.model_copy(update={"outbox": [], "unsent": []})
    if entries:
        backup.save_run(announced, entries, ports)
    unsent = _unsent(run, ports)
    if not entries and unsent:
        return stored
    announced = announced.model_copy(update={"unsent": unsent})
    return store.save(stored, announced, ports)


def _unsent(run: Run, ports: Ports) -> list[Notice]:
    """The notices that the topic does not accept now."""
    notices = [*run.unsent, *run.outbox]
    try:
        ports.notices.publish(run, notices)
    except NoticeError as error:
        log.warning("%s: notices are not published yet: %s", run.run_id, error)
        return notices
    return []


def _entry(notice: Notice) -> TimelineEntry:
    seq = int(notice.id.rpartition(":")[2])
    return TimelineEntry(seq=seq, time=notice.time, state=notice.state, attempt=notice.attempt, note=notice.detail)


def applied(run: Run, outcome: Outcome | NextAttempt, now: datetime) -> Run:
    """The record after ``outcome``. Pure.

    Raises:
        ValueError: the outcome's state cannot follow the run's.
    """
    if isinstance(outcome, NextAttempt):
        return record.next_attempt(run, OURS, outcome.note, now, outcome.hold_reason)
    if isinstance(outcome, Close):
        outcome = _closing(run, outcome)
    changes: RunChanges = {**outcome.record, "results": _merged(run.results, outcome.results), "updated": now}
    if isinstance(outcome, Wait):
        due = now + (min(outcome.after, durations.NOTICE_AGAIN_AFTER) if run.unsent else outcome.after)
        return record.changed(run, {**changes, "claim": record.ended(run.claim, now), "next_due": due})
    if not may_follow(run.state, outcome.state):
        raise ValueError(f"{run.run_id}: {outcome.state} cannot follow {run.state}.")
    return record.changed(run, {**changes, **record.entered(run, outcome.state, outcome.note, now)})


def _closing(run: Run, outcome: Close) -> Forward:
    """Straight to the end while nothing can have been made yet, else through ``closing``."""
    state = outcome.end if run.state is State.RECEIVED else State.CLOSING
    results: ResultChanges = {**outcome.results, "end": outcome.end, "error": outcome.error}
    note = outcome.note if outcome.results.get("automatic_retry") else outcome.error or outcome.note
    return Forward(state, note, results, outcome.record)


def _merged(results: Results, changes: ResultChanges) -> Results:
    return Results.model_validate({**vars(results), **changes}) if changes else results
