"""The run history: status, metrics and logs of every job and every step."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from local.azureml.core.errors import not_found
from local.azureml.core.events import Events
from local.azureml.core.store import Document, Store
from local.azureml.storage.datastores import ARTIFACT_STORE, Datastores

ENDED: Final = frozenset({"Completed", "Failed", "Canceled"})
PIPELINE_RUN: Final = "azureml.PipelineRun"
STEP_RUN: Final = "azureml.StepRun"
TRAINER: Final = "finetune"
_KIND: Final = "runs"


@dataclass(frozen=True)
class Runs:
    """All runs, on disk. An event announces a new status before it is written, so that none is lost in a crash."""

    store: Store
    events: Events
    datastores: Datastores
    folder: Path

    def create(self, run: Document) -> Document:
        """Create a run with its first status, unless it exists; return it."""
        existing = self.store.get(_KIND, run["id"])
        if existing is not None:
            return existing
        created = {"number": len(self.store.names(_KIND)) + 1, "created": time.time(), "error": None} | run
        self.events.status_changed(created)
        self.store.put(_KIND, run["id"], created)
        return created

    def get(self, run_id: str) -> Document | None:
        """A run."""
        return self.store.get(_KIND, run_id)

    def require(self, run_id: str) -> Document:
        """A run.

        Raises:
            ApiError: 404, it does not exist.
        """
        run = self.get(run_id)
        if run is None:
            raise not_found(f"Run '{run_id}'")
        return run

    def all(self) -> Iterator[Document]:
        """All runs, of jobs and of steps."""
        return (run for _, run in self.store.all(_KIND))

    def children(self, run_id: str) -> list[Document]:
        """The steps of a job, in the order of their creation."""
        return sorted((run for run in self.all() if run["parent"] == run_id), key=lambda run: int(run["number"]))

    def update(self, run_id: str, **changes: Any) -> Document:
        """Change fields of a run, and announce a new status; return the run.

        Raises:
            ApiError: 404, it does not exist.
        """
        before = self.require(run_id)
        after = before | changes
        if after["status"] != before["status"]:
            after |= _times(after)
            self.events.status_changed(after)
        self.store.put(_KIND, run_id, after)
        return after

    def metrics_file(self, run_id: str, attempt: int) -> Path:
        """File of the metrics of one attempt at a step."""
        return self.folder / "metrics" / f"{run_id}.{attempt}.jsonl"

    def metrics(self, run: Document) -> list[dict[str, Any]]:
        """The points of a run's metrics, in the order they were logged; a job has those of its trainer."""
        if run["kind"] == PIPELINE_RUN:
            return [
                point for child in self.children(run["id"]) if child["name"] == TRAINER for point in self.metrics(child)
            ]
        path = self.metrics_file(run["id"], run.get("attempt", 0))
        return list(_points(path)) if path.exists() else []

    def log_path(self, run_id: str, name: str) -> Path:
        """File of a run's log, in the workspace's artifact store."""
        return self.datastores.path(ARTIFACT_STORE, f"ExperimentRun/dcid.{run_id}/{name}")

    def log(self, run_id: str, text: str) -> None:
        """Add a line to a job's log."""
        path = self.log_path(run_id, "logs/azureml/executionlogs.txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(f"[{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}] {text}\n")


def _times(run: Document) -> dict[str, float]:
    now = time.time()
    if run["status"] in ENDED:
        return {"ended": now, "started": run.get("started", now)}
    return {"started": now} if run["status"] == "Running" and "started" not in run else {}


def _points(path: Path) -> Iterator[dict[str, Any]]:
    """The points on all whole lines: the last line may still be being written."""
    for line in path.read_text().splitlines(keepends=True):
        if line.endswith("\n"):
            yield json.loads(line)
