"""``advance``: the one way in which a run moves.

Every path ends here: events and timers are only hints that it may be time. It reads the record, does the
next idempotent thing, and writes the record forward if nobody else did:

    tell the outbox ─▶ what its owner or a deadline demands, else STEPS[state] ─▶ active row ─▶ record (If-Match)

A crash anywhere leaves either the old record, so that the step is repeated under the same names, or the new
one. Timeline and notices are written from the outbox that the transition itself wrote: never for one that lost. A
topic that takes no notices holds nothing up: they wait in the record (``unsent``).
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from shared.core.errors import ConflictError, NoticeError, ThrottledError, TunedropError
from shared.core.naming import OURS
from shared.core.states import DEADLINES, ENDS, Intent, State, may_follow
from shared.models.run import Notice, Results, Run, TimelineEntry
from shared.ports import Ports, Stored
from shared.runs import backup, claims, record, store
from shared.steps import close, deploy, evaluate, live, promote, register, submit
from shared.steps.common.failure import failed
from shared.steps.common.outcome import Again, Close, Forward, Outcome, Step, Wait, wanted
from shared.steps.preparation import step

log = logging.getLogger(__name__)

BUDGET: Final = timedelta(seconds=20)
"""One invocation begins no further step after this."""
_HOLD_SECONDS: Final = 3600.0
WAITING_EXTENSION: Final = timedelta(days=7)
"""How much later a run's deadline falls while it waits for an approval or for capacity."""
_TROUBLE_SECONDS: Final = 30.0
_TOLD_AGAIN: Final = timedelta(minutes=1)
"""At the latest after this long, what the world could not be told is told again."""

STEPS: Final[Mapping[State, Step]] = {
    State.RECEIVED: step.prepare,
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


def advance(project: str, run_id: str, ports: Ports) -> None:
    """Move a run as far as it goes now. Safe at any time, any number of times, from any number of workers."""
    began = ports.clock.now()
    try:
        stored = ports.runs.get(project, run_id)
        if stored is not None and stored.value.unsent:
            stored = announce(stored, ports)
        while stored is not None:
            stored = _once(stored, began, ports)
    except ConflictError as lost:
        log.info("%s: someone else wrote first (%s)", run_id, lost)
        store.look_again(project, run_id, ports)


def _once(stored: Stored[Run], began: datetime, ports: Ports) -> Stored[Run] | None:
    """One thing; the record to go on with, or ``None``: enough for now."""
    run = stored.value
    if run.outbox:
        return announce(stored, ports)
    now = ports.clock.now()
    if run.state in ENDS:
        if run.unsent:
            store.look_at(run, now + _TOLD_AGAIN, ports)
        else:
            ports.active.remove(run.project, run.run_id)
        return None
    if run.not_before is not None and now < run.not_before:
        return None
    if now - began > BUDGET:
        ports.queue.send(run.project, run.run_id)
        return None
    outcome = _demanded(run, now)
    if outcome is None and claims.stands(run, ports):
        return None
    return _write(stored, outcome, ports) if outcome else _step(stored, ports)


def _demanded(run: Run, now: datetime) -> Outcome | None:
    """What does not depend on the step: an owner's wish, a deadline, a hold."""
    if run.state is State.CLOSING:
        return Wait(0, record=record.still_closing(run, now)) if now > run.deadline else None
    if _may_be_stopped(run) and (close := wanted(run)):
        return close
    if now > run.deadline + (WAITING_EXTENSION if run.hold_reason or run.queue else timedelta()):
        return _overdue(run)
    return Wait(_HOLD_SECONDS) if run.hold_reason else None


def _may_be_stopped(run: Run) -> bool:
    """``promote`` decides for itself; a newer upload replaces a live run only once it is promoted."""
    return run.state is not State.EVALUATED and not (run.state is State.LIVE and run.intent is Intent.SUPERSEDE)


def _overdue(run: Run) -> Close:
    if run.state is State.LIVE:
        return Close(State.RETIRED, "It has served for as long as a run may.")
    if run.results.azure_message:
        return failed(run, f"Overdue in state {run.state}.", run.results.azure_message)
    return Close(State.FAILED, f"Overdue in state {run.state}.", _why_overdue(run))


def _why_overdue(run: Run) -> str:
    limit = DEADLINES[run.state]
    if run.hold_reason:
        return f"{run.hold_reason} Nobody approved it for {WAITING_EXTENSION + limit}: retry the run, then approve it."
    if run.queue:
        return f"No {run.queue} was free for it for {WAITING_EXTENSION + limit}. Retry the run when one is."
    return f"The run was {run.state} for longer than {limit}. Look at it in Azure ML studio, then retry the run."


def _step(stored: Stored[Run], ports: Ports) -> Stored[Run] | None:
    run = stored.value
    try:
        outcome = STEPS[run.state](run, ports)
    except ConflictError:
        raise
    except TunedropError as error:
        return _write(_mine(claims.free(run, ports), run), _trouble(run, error, ports.clock.now()), ports)
    if outcome.under is not None:
        stored = _mine(claims.held(run, outcome.under, ports), run)
    return _write(stored, outcome, ports)


def _mine(stored: Stored[Run] | None, run: Run) -> Stored[Run]:
    """The record after a step that may have claimed it."""
    if stored is None:
        raise ConflictError(f"{run.run_id} has been taken over.")
    return stored


def _trouble(run: Run, error: TunedropError, now: datetime) -> Outcome:
    """What has been crowned or is being closed is not given up for an error; all else ends with its reason."""
    if isinstance(error, ThrottledError):
        return Wait(error.retry_after, record={"not_before": now + timedelta(seconds=error.retry_after)})
    log.warning("%s: %s failed: %s", run.run_id, run.state, error)
    if run.state in (State.EVALUATED, State.LIVE, State.CLOSING):
        return Wait(_TROUBLE_SECONDS, {"azure_message": error.message} if run.state is State.EVALUATED else {})
    return failed(run, f"Failed while {run.state}.", error.message, str(error) if error.remedy else None)


def _write(stored: Stored[Run], outcome: Outcome | Again, ports: Ports) -> Stored[Run] | None:
    """The record to go on with; ``None`` if the run waits."""
    run = applied(stored.value, outcome, ports.clock.now())
    saved = store.save(stored, run, ports)
    return None if isinstance(outcome, Wait) and outcome.seconds > 0 else saved


def announce(stored: Stored[Run], ports: Ports) -> Stored[Run]:
    """Tell what the outbox holds, and empty it; what the world cannot be told now it is told later."""
    run = stored.value
    entries = [_entry(notice) for notice in run.outbox]
    for entry in entries:
        ports.runs.append(run, entry)
    told = run.model_copy(update={"outbox": [], "unsent": []})
    if entries:
        backup.save_run(told, entries, ports)
    unsent = _unsent(run, ports)
    if not entries and unsent:
        return stored
    told = told.model_copy(update={"unsent": unsent})
    return store.save(stored, told, ports)


def _unsent(run: Run, ports: Ports) -> list[Notice]:
    """The notices that the topic does not take now."""
    notices = [*run.unsent, *run.outbox]
    try:
        ports.notices.publish(run, notices)
    except NoticeError as error:
        log.warning("Not told yet: %s", error)
        return notices
    return []


def _entry(notice: Notice) -> TimelineEntry:
    seq = int(notice.id.rpartition(":")[2])
    return TimelineEntry(seq=seq, time=notice.time, state=notice.state, attempt=notice.attempt, note=notice.detail)


def applied(run: Run, outcome: Outcome | Again, now: datetime) -> Run:
    """The record after ``outcome``. Pure."""
    if isinstance(outcome, Again):
        return record.again(run, OURS, outcome.note, now, outcome.hold_reason)
    if isinstance(outcome, Close):
        outcome = _closing(run, outcome)
    changes = {**outcome.record, "results": _merged(run.results, outcome.results), "updated": now}
    if isinstance(outcome, Wait):
        pause = timedelta(seconds=outcome.seconds)
        due = now + (min(pause, _TOLD_AGAIN) if run.unsent else pause)
        paused = {"claim": record.ended(run.claim, now), "next_due": due}
        return record.changed(run, changes | paused)
    if not may_follow(run.state, outcome.state):
        raise ValueError(f"{run.run_id}: {outcome.state} cannot follow {run.state}.")
    return record.changed(run, changes | record.entered(run, outcome.state, outcome.note, now))


def _closing(run: Run, outcome: Close) -> Forward:
    """Straight to the end where nothing can have been made yet, else through ``closing``."""
    state = outcome.end if run.state is State.RECEIVED else State.CLOSING
    results = {**outcome.results, "end": outcome.end, "error": outcome.error}
    note = outcome.note if outcome.results.get("automatic_retry") else outcome.error or outcome.note
    return Forward(state, note, results, outcome.record)


def _merged(results: Results, changes: Mapping[str, Any]) -> Results:
    return Results.model_validate({**vars(results), **changes}) if changes else results
