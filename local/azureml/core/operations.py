"""Long-running operations: begun by a request and finished later, after a kill by the next process."""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from local.azureml.core.errors import ApiError
from local.azureml.core.store import Document, Store
from local.azureml.core.transitions import Reads, Transition

Work = Callable[[str], Awaitable[None]]

_KIND = "operations"
_log = logging.getLogger(__name__)


class Operations:
    """All operations, on disk. The work of a transition must be idempotent: after a kill it is done again."""

    def __init__(self, store: Store, transitions: Mapping[str, Transition]) -> None:
        self._store = store
        self._transitions = transitions
        self._work: dict[str, Work] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._reads = Reads()

    def on(self, transition: str, work: Work) -> None:
        """Let ``work(target)`` end every ``transition``. If it raises an ApiError, the operation has failed."""
        self._work[transition] = work

    def begin(self, transition: str, target: str) -> str:
        """Begin a transition of a resource; return the operation's id."""
        name = f"oe:{uuid.uuid4()}"
        now = time.time()
        due = now + self._transitions[transition].delay.seconds
        operation = {"transition": transition, "target": target, "status": "InProgress", "started": now, "due": due}
        self._store.put(_KIND, name, operation)
        self._start(name, operation)
        return name

    def get(self, name: str) -> Document | None:
        """An operation."""
        return self._store.get(_KIND, name)

    def note_read(self, target: str) -> None:
        """Note that a client has read a resource, or the status of its operation."""
        self._reads.note(target)

    def under_way(self, target: str) -> str | None:
        """The transition that a resource is in, if any."""
        for _, operation in self._store.all(_KIND):
            if operation["target"] == target and operation["status"] == "InProgress":
                return str(operation["transition"])
        return None

    def resume(self) -> None:
        """Go on with the operations that the last process left."""
        for name, operation in self._store.all(_KIND):
            if operation["status"] == "InProgress":
                self._start(name, operation)

    async def stop(self) -> None:
        """Stop working; the next process goes on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, name: str, operation: Document) -> None:
        task = asyncio.create_task(self._drive(name, operation))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drive(self, name: str, operation: Document) -> None:
        await asyncio.sleep(max(0.0, operation["due"] - time.time()))
        await self._reads.wait(operation["target"], self._transitions[operation["transition"]].delay.calls)
        outcome: dict[str, Any] = {"status": "Succeeded"}
        try:
            await self._work[operation["transition"]](operation["target"])
        except ApiError as error:
            outcome = {"status": "Failed", "error": error.body["error"]}
        except Exception as error:
            _log.exception("%s of %s", operation["transition"], operation["target"])
            outcome = {"status": "Failed", "error": {"code": "StandInBug", "message": repr(error)}}
        self._store.put(_KIND, name, operation | outcome | {"ended": time.time()})
