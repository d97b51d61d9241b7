"""What people want of a run is written into its record; the engine acts on it at the next advance."""

from shared.errors import ConflictError, NotFoundError
from shared.ports import Ports
from shared.states import ENDS, Intent

_TRIES = 5


def ask(project: str, run_id: str, intent: Intent, ports: Ports) -> None:
    """Set a run's intent and wake it. A run that has ended, or is asked for twice, is left as it is.

    Raises:
        NotFoundError: there is no such run.
        ConflictError: the record kept changing; ask again.
    """
    for tried in range(1, _TRIES + 1):
        try:
            _write(project, run_id, intent, ports)
            break
        except ConflictError:
            if tried == _TRIES:
                raise
    ports.queue.send(project, run_id)


def _write(project: str, run_id: str, intent: Intent, ports: Ports) -> None:
    stored = ports.runs.get(project, run_id)
    if stored is None:
        raise NotFoundError(f"There is no run '{run_id}' in project '{project}'.")
    run = stored.value
    if run.state not in ENDS and run.intent is Intent.PROCEED:
        ports.runs.replace(run.model_copy(update={"intent": intent}), stored.etag)
