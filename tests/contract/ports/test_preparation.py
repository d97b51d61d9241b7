"""Preparation from blob to blob, on Azurite: its worker is killed at some moment, and the next worker finishes."""

import json
import multiprocessing
import signal
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.core.durations import CLAIM_LASTS, LEFTOVER_GRACE
from shared.core.naming import evaluation_rows_path
from shared.core.resources import PREPARED, RECEIPTS, UPLOADS
from shared.core.states import State
from shared.engine.advance import advance
from shared.models.run import Run, Upload
from shared.ports import Ports
from shared.runs.store import all_runs
from shared.sweeps.leftovers import remove_leftovers
from shared.uploads.intake import accept
from tests.contract.ports import preparing
from tests.doubles import FakeClock

MOMENTS = (
    "before stage 2",
    "after stage 5",
    "after commit 2",
    "before create 1",
    "after create 1",
    "after commit 4",
    "after write 4",
)
"""While rows are copied, between the splits, around the evaluation rows, and while the receipt is written."""
SMALL_BUDGET = b"budget_usd: 0.01\n"
"""It holds the run for an approval after preparation."""
ROWS = b"".join(
    json.dumps(
        {
            "messages": [
                {"role": "user", "content": f"What is in box {number}?"},
                {"role": "assistant", "content": f"{number} " * 800},
            ]
        }
    ).encode()
    + b"\n"
    for number in range(500)
)


class Worker:
    """Prepares uploads in processes that are killed, and in this one."""

    def __init__(self, storage: Ports) -> None:
        self.ports = preparing.with_doubles(storage)
        self._processes = multiprocessing.get_context("forkserver")
        slow = ["azure.identity", "azure.storage.blob", "azure.storage.queue", "azure.data.tables"]
        self._processes.set_forkserver_preload([preparing.__name__, *slow])

    def uploaded(self, project: str) -> Run:
        """The run of an upload with one bad line."""
        path = f"{project}/rows.jsonl"
        self.ports.blobs.write(UPLOADS, f"{project}/tunedrop.yaml", [SMALL_BUDGET], "text/plain")
        self.ports.blobs.write(UPLOADS, path, [ROWS, b"{oops\n"], "application/jsonl")
        info = self.ports.blobs.info(UPLOADS, path)
        assert info is not None
        return self.read(project, accept(Upload(path=path, etag=info.etag, size=info.size), self.ports))

    def read(self, project: str, run_id: str) -> Run:
        stored = self.ports.runs.get(project, run_id)
        assert stored is not None
        return stored.value

    def until(self, run: Run, moment: str) -> int | None:
        """Let a process prepare the run until a moment; returns its exit code."""
        process = self._processes.Process(
            target=preparing.work, args=(self.ports.settings, run.project, run.run_id, moment)
        )
        process.start()
        process.join(60)
        return process.exitcode

    def after(self, wait: timedelta) -> Ports:
        """The same ports, ``wait`` later."""
        return replace(self.ports, clock=FakeClock(self.ports.clock.now() + wait))

    def prepared(self, run: Run) -> dict[str, bytes]:
        """The visible files of all claims, by path."""
        paths = (info.path for info in self.ports.blobs.within(PREPARED, f"{run.run_id}/"))
        return {path: self.ports.blobs.read(PREPARED, path) or b"" for path in paths}

    def receipts(self, run: Run) -> dict[str, bytes]:
        """The files of the run's receipt by name, with placeholders for the ids of run and project."""
        files = {}
        for info in self.ports.blobs.within(RECEIPTS, f"{run.upload.path}/"):
            content = self.ports.blobs.read(RECEIPTS, info.path) or b""
            name = info.path.rpartition("/")[2].replace(run.run_id, "run")
            files[name] = content.replace(run.run_id.encode(), b"run").replace(run.project.encode(), b"project")
        return files


@pytest.fixture(scope="module")
def worker(azurite: Ports) -> Worker:
    return Worker(azurite)


@pytest.fixture(scope="module")
def undisturbed(worker: Worker) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The prepared files by name, and the receipt's files, of a worker that was not killed."""
    run = worker.uploaded("undisturbed")
    assert worker.until(run, "never") == 0
    assert worker.read(run.project, run.run_id).state is State.PREPARED
    by_split = {path.rpartition("/")[2]: content for path, content in worker.prepared(run).items()}
    assert sorted(by_split) == ["test.jsonl", "train.jsonl", "validation.jsonl"]
    assert sum(map(len, by_split.values())) > 1_500_000
    return by_split, worker.receipts(run)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_worker_leaves_no_partial_file_and_the_next_worker_writes_the_same(
    worker: Worker, undisturbed: tuple[dict[str, bytes], dict[str, bytes]], project: str, moment: str
) -> None:
    files, receipts = undisturbed
    run = worker.uploaded(project)
    assert worker.until(run, moment) == -signal.SIGKILL
    interrupted = worker.read(run.project, run.run_id)
    assert (interrupted.state, interrupted.results.splits) == (State.RECEIVED, None)
    assert all(content == files[path.rpartition("/")[2]] for path, content in worker.prepared(run).items())
    assert worker.receipts(run).items() <= receipts.items()

    advance(run.project, run.run_id, worker.after(2 * CLAIM_LASTS))
    prepared = worker.read(run.project, run.run_id)
    assert prepared.state is State.PREPARED
    assert prepared.results.splits is not None
    assert prepared.results.splits.train == f"{run.run_id}/2/train.jsonl"
    for name, content in files.items():
        assert worker.ports.blobs.read(PREPARED, f"{run.run_id}/2/{name}") == content
    assert worker.ports.blobs.read(PREPARED, evaluation_rows_path(project)) == files["test.jsonl"]
    assert worker.receipts(run) == receipts

    later = worker.after(2 * LEFTOVER_GRACE)
    remove_leftovers(all_runs(later), later)
    assert {path.split("/")[1] for path in worker.prepared(run)} == {"2"}
