"""What people decide about a run is written into its record; the engine acts on it at the next advance.

Every decision is safe at any moment. The same decision twice changes nothing more.
"""

from collections.abc import Callable, Mapping
from typing import Final

from shared.core import naming
from shared.core.errors import ConflictError, DecisionError, NotFoundError
from shared.core.resources import UPLOADS
from shared.core.states import DEADLINES, ENDS, RETRIED, Intent, State
from shared.models.run import Decided, Run
from shared.ports import Ports
from shared.runs import record, store

_TRIES: Final = 5


def ask(project: str, run_id: str, intent: Intent, ports: Ports) -> None:
    """Set the intent of a run that has no intent yet, and wake the run.

    Raises:
        NotFoundError: there is no such run.
        ConflictError: the record kept changing; ask again.
    """
    _change(project, run_id, lambda run: _with_intent(run, intent), ports)


def decide(project: str, run_id: str, what: Decided, by: str, ports: Ports) -> Run:
    """Approve, cancel or retry a run, and wake it; the record after that.

    Args:
        by: who decides; written into the record and its timeline.

    Raises:
        NotFoundError: there is no such run.
        DecisionError: it cannot be retried.
        ConflictError: the record kept changing; ask again.
    """
    run = _change(project, run_id, lambda run: _DECISIONS[what](run, by, ports), ports)
    if what == "retry" and _is_replaced(run, ports):
        ask(project, run_id, Intent.SUPERSEDE, ports)
    return run


def _change(project: str, run_id: str, change: Callable[[Run], Run | None], ports: Ports) -> Run:
    for attempt in range(1, _TRIES + 1):
        try:
            run = _write(project, run_id, change, ports)
            break
        except ConflictError:
            if attempt == _TRIES:
                raise
    ports.queue.send(project, run_id)
    return run


def _write(project: str, run_id: str, change: Callable[[Run], Run | None], ports: Ports) -> Run:
    """The record after ``change``; nothing is written if that changes nothing."""
    stored = ports.runs.get(project, run_id)
    if stored is None:
        raise NotFoundError(f"There is no run '{run_id}'.", "GET /api/runs lists them.")
    changed = change(stored.value)
    if changed is None:
        return stored.value
    return store.save(stored, changed, ports).value


def _with_intent(run: Run, intent: Intent) -> Run | None:
    if run.state in ENDS or run.intent is not Intent.PROCEED:
        return None
    return run.model_copy(update={"intent": intent})


def _approved(run: Run, by: str, ports: Ports) -> Run | None:
    """The deadline of a held run's state starts again."""
    if run.state in ENDS or run.hold_reason is None:
        return None
    now = ports.clock.now()
    detail = f"Approved by {by}."
    return record.decided(
        run, "approve", by, now, {"hold_reason": None, "deadline": now + DEADLINES[run.state]}, detail
    )


def _cancelled(run: Run, by: str, ports: Ports) -> Run | None:
    """A person's cancel overrides a newer upload's supersede."""
    if run.state in ENDS or run.intent is Intent.CANCEL:
        return None
    detail = f"Cancel requested by {by}."
    return record.decided(run, "cancel", by, ports.clock.now(), {"intent": Intent.CANCEL}, detail)


def _retried(run: Run, by: str, ports: Ports) -> Run | None:
    if run.state not in ENDS:
        return None
    if run.state not in RETRIED:
        message = f"{run.run_id} is {run.state}. Only a run that failed or was cancelled can be retried."
        raise DecisionError(message, "Upload the file again.")
    if _is_replaced(run, ports):
        message = f"A newer version replaced the upload of {run.run_id}. That version has its own run."
        raise DecisionError(message, "Retry that run, or upload the file again.")
    return record.next_attempt(run, by, f"Retry requested by {by}.", ports.clock.now())


def _is_replaced(run: Run, ports: Ports) -> bool:
    """Whether a newer version replaced the upload, deleted since or not. A version with the same content does not
    count."""
    newest = ports.blobs.info(UPLOADS, run.upload.path)
    if newest is None:
        others = [other for other in ports.runs.all(run.project) if other.upload.path == run.upload.path]
        return any(other.is_newer(run, now=None) and not _repeats(other, run) for other in others)
    if newest.etag == run.upload.etag:
        return False
    stored = ports.runs.get(run.project, naming.run_id(ports.blobs.account, UPLOADS, newest.path, newest.etag))
    return stored is None or not _repeats(stored.value, run)


def _repeats(newer: Run, run: Run) -> bool:
    return newer.state is State.UNCHANGED and run.is_like(newer)


_DECISIONS: Final[Mapping[Decided, Callable[[Run, str, Ports], Run | None]]] = {
    "approve": _approved,
    "cancel": _cancelled,
    "retry": _retried,
}
