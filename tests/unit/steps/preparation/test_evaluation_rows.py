"""The project's evaluation rows: pinned at its first upload that is trained on, and never trained on since."""

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
from tests.unit.steps.preparation.uploads import as_stored, dropped, files_of, receipt_of, receipts, rows_of

PIN = evaluation_rows_path("acme")


def pinned(ports: MemoryPorts) -> bytes | None:
    return ports.blobs.read(PREPARED, PIN)


def test_the_test_rows_of_the_first_upload_become_the_projects_evaluation_rows() -> None:
    ports = memory_ports()
    outcome = prepare(dropped(ports, upload(*valid(60))), ports)
    assert pinned(ports) == files_of(outcome, ports)["test"]
    found = receipt_of(ports, outcome)
    assert found.evaluation_rows == found.test_rows > 0


def test_later_uploads_neither_train_on_the_evaluation_rows_nor_change_them() -> None:
    ports = memory_ports()
    first = prepare(dropped(ports, upload(*valid(60)), split={"test": 40, "validation": 1}), ports)
    before = pinned(ports)
    second = prepare(dropped(ports, upload(*valid(90)), "acme/june.jsonl", split={"test": 1, "validation": 1}), ports)
    evaluated = rows_of(first, ports)["test"]
    assert evaluated <= rows_of(second, ports)["test"]
    assert not evaluated & (rows_of(second, ports)["train"] | rows_of(second, ports)["validation"])
    assert receipt_of(ports, second).evaluation_rows == len(evaluated) > 15
    assert pinned(ports) == before


@pytest.mark.parametrize(
    ("data", "config"), [(upload(*valid(60)), {"mode": "validate"}), (upload(*valid(5)), {}), (b"oops\n", {})]
)
def test_an_upload_that_is_not_trained_on_sets_no_evaluation_rows(data: bytes, config: dict[str, str]) -> None:
    ports = memory_ports()
    prepare(dropped(ports, data, **config), ports)
    assert pinned(ports) is None


class _Overtaken(MemoryBlobs):
    """Another run of the project pins its rows at the last moment."""

    others = upload(*valid(30))

    def create(self, container: str, path: str, chunks: Iterable[bytes], content_type: str) -> bool:
        super().create(container, path, [self.others], content_type)
        return super().create(container, path, chunks, content_type)


def test_a_run_that_another_overtakes_begins_again_and_holds_out_that_runs_rows() -> None:
    ports = memory_ports()
    ports = replace(ports, blobs=_Overtaken(ports.clock))
    run = dropped(ports, upload(*valid(60)))
    with pytest.raises(ConflictError):
        prepare(run, ports)
    assert not receipts(ports)
    outcome = prepare(as_stored(ports, run), ports)
    assert isinstance(outcome, Forward)
    rows = rows_of(outcome, ports)
    assert receipt_of(ports, outcome).evaluation_rows == 30
    assert len(rows["test"]) >= 30
    assert pinned(ports) == _Overtaken.others


@given(st.integers(12, 80), st.integers(1, 40), st.integers(1, 40), st.integers(0, 10_000))
@settings(max_examples=40)
def test_a_run_that_died_after_it_set_the_evaluation_rows_writes_the_same_bytes_again(
    count: int, test: int, validation: int, start: int
) -> None:
    ports = memory_ports()
    run = dropped(ports, upload(*valid(count, start)), split={"test": test, "validation": validation})
    first = prepare(run, ports)
    told = {path: ports.blobs.read(RECEIPTS, path) for path in receipts(ports)}
    ports.clock.advance(3600)
    second = prepare(as_stored(ports, run), ports)
    assert files_of(second, ports) == files_of(first, ports)
    assert {path: ports.blobs.read(RECEIPTS, path) for path in receipts(ports)} == told
