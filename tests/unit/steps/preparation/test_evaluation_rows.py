"""A project's evaluation rows: set by its first upload that is trained on, and never trained on."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.errors import ConflictError
from shared.core.naming import evaluation_rows_path
from shared.core.resources import PREPARED, RECEIPTS
from shared.steps.common.outcome import Forward
from shared.steps.preparation.step import prepare
from tests.doubles import MemoryPorts, memory_ports
from tests.doubles.storage import MemoryBlobs
from tests.unit.data.rows import upload, valid
from tests.unit.steps.preparation.uploads import as_stored, files_of, receipt_of, receipts, rows_of, uploaded

PATH = evaluation_rows_path("acme")


def evaluation_rows(ports: MemoryPorts) -> bytes | None:
    return ports.blobs.read(PREPARED, PATH)


def test_the_test_rows_of_the_first_upload_become_the_projects_evaluation_rows() -> None:
    ports = memory_ports()
    outcome = prepare(uploaded(ports, upload(*valid(60))), ports)
    assert evaluation_rows(ports) == files_of(outcome, ports)["test"]
    receipt = receipt_of(ports, outcome)
    assert receipt.evaluation_rows == receipt.test_rows > 0


def test_later_uploads_neither_train_on_the_evaluation_rows_nor_change_them() -> None:
    ports = memory_ports()
    first = prepare(uploaded(ports, upload(*valid(60)), split={"test": 40, "validation": 1}), ports)
    before = evaluation_rows(ports)
    second = prepare(uploaded(ports, upload(*valid(90)), "acme/june.jsonl", split={"test": 1, "validation": 1}), ports)
    held_out = rows_of(first, ports)["test"]
    assert held_out <= rows_of(second, ports)["test"]
    assert not held_out & (rows_of(second, ports)["train"] | rows_of(second, ports)["validation"])
    assert receipt_of(ports, second).evaluation_rows == len(held_out) > 15
    assert evaluation_rows(ports) == before


@pytest.mark.parametrize(
    ("data", "config"), [(upload(*valid(60)), {"mode": "validate"}), (upload(*valid(5)), {}), (b"oops\n", {})]
)
def test_an_upload_that_is_not_trained_on_sets_no_evaluation_rows(data: bytes, config: dict[str, str]) -> None:
    ports = memory_ports()
    prepare(uploaded(ports, data, **config), ports)
    assert evaluation_rows(ports) is None


class _Overtaken(MemoryBlobs):
    """Another run of the project sets its evaluation rows at the last moment."""

    other_rows = upload(*valid(30))

    def create(self, container: str, path: str, chunks: Iterable[bytes], content_type: str) -> bool:
        super().create(container, path, [self.other_rows], content_type)
        return super().create(container, path, chunks, content_type)


def test_a_run_that_another_overtakes_begins_again_and_holds_out_that_runs_rows() -> None:
    ports = memory_ports()
    ports = replace(ports, blobs=_Overtaken(ports.clock))
    run = uploaded(ports, upload(*valid(60)))
    with pytest.raises(ConflictError):
        prepare(run, ports)
    assert not receipts(ports)
    outcome = prepare(as_stored(ports, run), ports)
    assert isinstance(outcome, Forward)
    rows = rows_of(outcome, ports)
    assert receipt_of(ports, outcome).evaluation_rows == 30
    assert len(rows["test"]) >= 30
    assert evaluation_rows(ports) == _Overtaken.other_rows


@given(st.integers(12, 80), st.integers(1, 40), st.integers(1, 40), st.integers(0, 10_000))
@settings(max_examples=40)
def test_a_run_that_died_after_it_set_the_evaluation_rows_writes_the_same_bytes_again(
    count: int, test: int, validation: int, start: int
) -> None:
    ports = memory_ports()
    run = uploaded(ports, upload(*valid(count, start)), split={"test": test, "validation": validation})
    first = prepare(run, ports)
    first_receipts = {path: ports.blobs.read(RECEIPTS, path) for path in receipts(ports)}
    ports.clock.advance(3600)
    second = prepare(as_stored(ports, run), ports)
    assert files_of(second, ports) == files_of(first, ports)
    assert {path: ports.blobs.read(RECEIPTS, path) for path in receipts(ports)} == first_receipts
