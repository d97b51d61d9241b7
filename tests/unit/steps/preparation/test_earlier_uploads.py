"""``train_on: project``: earlier uploads of the project are trained on too."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from shared.core.errors import ConflictError
from shared.core.resources import UPLOADS
from shared.core.states import State
from shared.models.run import Run
from shared.steps.common.outcome import Outcome
from shared.steps.preparation.step import prepare
from tests.doubles import MemoryPorts, memory_ports
from tests.doubles.storage import MemoryBlobs
from tests.unit.data.rows import upload, valid
from tests.unit.steps.preparation.uploads import files_of, receipt_of, rows_of, uploaded


def upload_and_prepare(ports: MemoryPorts, name: str, data: bytes, end: State | None = None) -> Run:
    """The run of an earlier upload, in the state in which the engine leaves it."""
    run = uploaded(ports, data, f"acme/{name}.jsonl")
    outcome = prepare(run, ports)
    stored = ports.runs.get("acme", run.run_id)
    assert stored is not None
    results = run.results.model_copy(update={**outcome.results, "end": end or getattr(outcome, "end", None)})
    ports.runs.replace(run.model_copy(update={"results": results, **outcome.record}), stored.etag)
    ports.clock.advance(60)
    return run


def prepare_june(ports: MemoryPorts, data: bytes, train_on: str = "project") -> Outcome:
    return prepare(uploaded(ports, data, "acme/june.jsonl", train_on=train_on), ports)


def test_train_on_project_trains_on_all_accepted_uploads() -> None:
    ports = memory_ports()
    upload_and_prepare(ports, "april", upload(*valid(40, 1000)))
    upload_and_prepare(ports, "may", upload(*valid(40, 2000)), State.DECLINED)
    outcome = prepare_june(ports, upload(*valid(40)))
    receipt = receipt_of(ports, outcome)
    assert (receipt.lines, receipt.accepted, receipt.earlier_rows) == (40, 40, 80)
    assert sum(map(len, rows_of(outcome, ports).values())) == 120


def test_only_the_upload_is_trained_on_by_default() -> None:
    ports = memory_ports()
    upload_and_prepare(ports, "may", upload(*valid(40, 2000)))
    assert receipt_of(ports, prepare_june(ports, upload(*valid(40)), "upload")).earlier_rows == 0


def test_the_newest_of_equal_rows_is_kept() -> None:
    ports = memory_ports()
    upload_and_prepare(
        ports, "april", upload(*valid(40)).replace(b"Answer 7.", b"ANSWER 7.").replace(b"Answer 8.", b"ANSWER 8.")
    )
    upload_and_prepare(ports, "may", upload(*valid(8)) + upload(*valid(40, 100)))
    outcome = prepare_june(ports, upload(*valid(20, 9)))
    all_rows = b"".join(files_of(outcome, ports).values())
    assert b"Answer 7." in all_rows
    assert b"ANSWER 7." not in all_rows
    assert b"ANSWER 8." in all_rows


def test_rejected_replaced_deleted_and_later_uploads_are_left_out() -> None:
    ports = memory_ports()
    upload_and_prepare(ports, "short", upload(*valid(5, 3000)))
    upload_and_prepare(ports, "replaced", upload(*valid(40, 4000)))
    ports.blobs.write(UPLOADS, "acme/replaced.jsonl", [upload(*valid(40, 5000))], "application/jsonl")
    upload_and_prepare(ports, "deleted", upload(*valid(40, 6000)))
    ports.blobs.delete(UPLOADS, "acme/deleted.jsonl")
    run = uploaded(ports, upload(*valid(40)), "acme/june.jsonl", train_on="project")
    ports.clock.advance(60)
    upload_and_prepare(ports, "later", upload(*valid(40, 7000)))
    assert receipt_of(ports, prepare(run, ports)).earlier_rows == 0


class _Changing(MemoryBlobs):
    """An earlier upload is replaced while it is read, once ``armed`` is set."""

    armed = False

    def chunks(self, container: str, path: str, etag: str) -> Iterator[bytes]:
        yield from super().chunks(container, path, etag)
        if path == "acme/may.jsonl" and self.armed:
            raise ConflictError(f"Blob '{path}' changed.")


def test_an_earlier_upload_that_changes_while_it_is_read_is_a_conflict() -> None:
    ports = memory_ports()
    blobs = _Changing(ports.clock)
    ports = replace(ports, blobs=blobs)
    upload_and_prepare(ports, "may", upload(*valid(40, 2000)))
    blobs.armed = True
    with pytest.raises(ConflictError):
        prepare_june(ports, upload(*valid(40)))
