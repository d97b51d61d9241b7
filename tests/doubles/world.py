"""The app in one thread: tests deliver events, process the queue, run the timers and move the clock."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from shared.core.resources import UPLOADS
from shared.core.states import State
from shared.engine.advance import advance
from shared.models.run import Run
from shared.ports import Ports
from shared.runs import job_events
from shared.sweeps.reap import reap
from shared.sweeps.reconcile import reconcile
from shared.uploads import intake
from tests.doubles.clock import FakeClock
from tests.doubles.faults import FAILURES, Faults
from tests.doubles.memory import MemoryPorts, memory_ports

Event = dict[str, Any]
TICK = 10.0
"""Seconds between two rounds of the timers."""
ROUNDS = 2000
MESSAGES = 100
"""If one round has more messages than this, the engine does not come to rest."""


def chat(rows: int = 40, topic: str = "zorbs") -> bytes:
    """A valid upload with as many rows; uploads about different topics have no row in common."""
    records = (
        {
            "messages": [
                {"role": "user", "content": f"Question {row} about {topic}?"},
                {"role": "assistant", "content": f"Answer {row} about {topic}."},
            ]
        }
        for row in range(rows)
    )
    return "".join(json.dumps(record) + "\n" for record in records).encode()


class World:
    """One app over in-memory ports; ``faults`` may let any of its calls fail."""

    def __init__(self, faults: Faults | None = None, **settings: Any) -> None:
        self.ports: MemoryPorts = memory_ports(**settings)
        self.clock: FakeClock = self.ports.clock
        self.advances: list[tuple[str, int, State]] = []
        """(run id, attempt, state) after each advance, in order."""
        self.app: Ports = faults.around(self.ports) if faults else self.ports
        self._sequence = 0

    def upload(self, path: str, content: bytes | None = None) -> Event:
        """Write a blob; the event that Event Grid would deliver."""
        self._sequence += 1
        self.ports.blobs.write(UPLOADS, path, [chat() if content is None else content], "application/jsonl")
        info = self.ports.blobs.info(UPLOADS, path)
        assert info is not None
        return {
            "id": f"upload-{self._sequence}",
            "topic": self.ports.settings.storage_id,
            "subject": f"/blobServices/default/containers/{UPLOADS}/blobs/{path}",
            "eventType": "Microsoft.Storage.BlobCreated",
            "eventTime": self.clock.now().isoformat(),
            "data": {
                "api": "PutBlob",
                "eTag": info.etag,
                "contentLength": info.size,
                "url": f"{self.ports.settings.blob_uri}/{UPLOADS}/{path}",
                "sequencer": f"{self._sequence:048x}",
            },
        }

    def job_event(self, job: str, status: str = "Completed") -> Event:
        """The workspace's event about a job."""
        return {
            "id": f"{job}-{status}",
            "topic": self.ports.settings.workspace_id,
            "subject": f"experiments/e/runs/{job}",
            "eventType": "Microsoft.MachineLearningServices.RunStatusChanged",
            "data": {"runId": job, "runStatus": status, "runType": None},
        }

    def deliver(self, event: Event) -> str | None:
        """Handle an event as the function app does, again after each failure; the id of the run that it is about."""
        handle = intake.receive if "Storage" in event["eventType"] else job_events.wake_run
        run_ids: list[str | None] = []
        while not self.do(lambda: run_ids.append(handle(event, self.app))):
            pass
        return run_ids[-1]

    def start_run(self, path: str, content: bytes | None = None) -> str:
        """Write a blob and deliver its event once; the id of its run."""
        run_id = self.deliver(self.upload(path, content))
        assert run_id is not None
        return run_id

    def round(self) -> None:
        """Reconcile, then process the queue. A message whose worker failed is sent again."""
        self.do(partial(reconcile, self.app))
        for _ in range(MESSAGES):
            message = self.ports.queue.take()
            if message is None:
                return
            if not self.do(partial(advance, *message, self.app)):
                self.ports.queue.send(*message)
            self._record_advance(*message)
        raise AssertionError("The queue does not come to rest.")

    def reap(self) -> bool:
        """Run the reaper; whether it failed."""
        return not self.do(partial(reap, self.app))

    def until(self, done: Callable[[], bool]) -> None:
        """Let time pass until ``done``."""
        for _ in range(ROUNDS):
            self.round()
            if done():
                return
            self.clock.advance(TICK)
        raise AssertionError(f"Not there after {ROUNDS} rounds: {[run.state for run in self.ports.runs.all()]}")

    def until_state(self, run_id: str, *states: State) -> Run:
        """Let time pass until the run is in one of the states."""
        self.until(lambda: self.run(run_id).state in states)
        return self.run(run_id)

    def until_reaped(self, run_id: str) -> None:
        """Run the reaper until the run has retired."""
        self.until(lambda: not self.reap() and self.run(run_id).state is State.RETIRED)

    def until_no_endpoint(self) -> None:
        """Run the reaper until none of the app's endpoints is left."""
        self.until(lambda: not self.reap() and not list(self.ports.endpoints.tagged()))

    def run(self, run_id: str) -> Run:
        stored = self.ports.runs.get(run_id.rpartition("-")[0], run_id)
        assert stored is not None
        return stored.value

    def do(self, call: Callable[[], Any]) -> bool:
        """Run one invocation of the app; whether it succeeded."""
        try:
            call()
        except FAILURES:
            return False
        return True

    def _record_advance(self, project: str, run_id: str) -> None:
        stored = self.ports.runs.get(project, run_id)
        if stored is not None:
            self.advances.append((run_id, stored.value.attempt, stored.value.state))
