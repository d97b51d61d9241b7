"""What people want of a run is written into its record; the engine acts on it at the next advance.

All of these are safe at every moment, and asked for twice they change nothing more.
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
    """Set the intent of a run that has none yet, and wake it.

    Raises:
        NotFoundError: there is no such run.
        ConflictError: the record kept changing; ask again.
    """
    _change(project, run_id, lambda run: _intending(run, intent), ports)


def decide(project: str, run_id: str, what: Decided, by: str, ports: Ports) -> Run:
    """Approve, cancel or retry a run, and wake it; the record as it is then.

    Args:
        by: who decides; written into the record and its timeline.

    Raises:
        NotFoundError: there is no such run.
        DecisionError: it cannot be tried again.
        ConflictError: the record kept changing; ask again.
    """
    run = _change(project, run_id, lambda run: _DECISIONS[what](run, by, ports), ports)
    if what == "retry" and _is_replaced(run, ports):
        ask(project, run_id, Intent.SUPERSEDE, ports)
    return run


def _change(project: str, run_id: str, change: Callable[[Run], Run | None], ports: Ports) -> Run:
    for tried in range(1, _TRIES + 1):
        try:
            run = _write(project, run_id, change, ports)
            break
        except ConflictError:
            if tried == _TRIES:
                raise
    ports.queue.send(project, run_id)
    return run


def _write(project: str, run_id: str, change: Callable[[Run], Run | None], ports: Ports) -> Run:
    """The record after ``change``; nothing is written where that changes nothing."""
    stored = ports.runs.get(project, run_id)
    if stored is None:
        raise NotFoundError(f"There is no run '{run_id}'.", "GET /api/runs lists them.")
    changed = change(stored.value)
    if changed is None:
        return stored.value
    return store.save(stored, changed, ports).value


def _intending(run: Run, intent: Intent) -> Run | None:
    if run.state in ENDS or run.intent is not Intent.PROCEED:
        return None
    return run.model_copy(update={"intent": intent})


def _approved(run: Run, by: str, ports: Ports) -> Run | None:
    """What was held gets the whole time of its state again."""
    if run.state in ENDS or run.hold_reason is None:
        return None
    now = ports.clock.now()
    changes = {"hold_reason": None, "deadline": now + DEADLINES[run.state]}
    return record.decided(run, "approve", by, now, changes, f"Approved by {by}.")


def _cancelled(run: Run, by: str, ports: Ports) -> Run | None:
    """A person's wish goes before a newer upload's."""
    if run.state in ENDS or run.intent is Intent.CANCEL:
        return None
    changes = {"intent": Intent.CANCEL}
    return record.decided(run, "cancel", by, ports.clock.now(), changes, f"{by} asked to cancel it.")


def _retried(run: Run, by: str, ports: Ports) -> Run | None:
    if run.state not in ENDS:
        return None
    if run.state not in RETRIED:
        raise DecisionError(f"{run.run_id} is {run.state}: only what failed or was cancelled is tried again.", _UPLOAD)
    if _is_replaced(run, ports):
        raise DecisionError(f"The upload of {run.run_id} was replaced by a newer version, which has its own run.")
    return record.again(run, by, f"{by} asked to try again.", ports.clock.now())


def _is_replaced(run: Run, ports: Ports) -> bool:
    """By a newer version, deleted since or not, unless that has turned out to be the same again."""
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


_UPLOAD: Final = "Upload the file again."
_DECISIONS: Final[Mapping[Decided, Callable[[Run, str, Ports], Run | None]]] = {
    "approve": _approved,
    "cancel": _cancelled,
    "retry": _retried,
}
