"""The preparation step: from an upload to splits and a receipt."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from shared.core.errors import ConflictError, NotFoundError
from shared.core.resources import PREPARED, RECEIPTS, UPLOADS
from shared.core.states import Intent, State
from shared.data.preparing.splits import NAMES
from shared.runs.claims import claimed
from shared.steps.common.outcome import Close, Forward
from shared.steps.preparation.step import prepare
from tests.doubles import memory_ports
from tests.doubles.faults import OutageError
from tests.doubles.storage import MemoryBlobs
from tests.doubles.training import BASE_MODEL
from tests.unit.data.rows import upload, valid
from tests.unit.steps.preparation.uploads import PATH, as_stored, files_of, receipt_of, receipts, splits_of, uploaded

GOOD = upload(*valid(60), b"{oops", b"")


def test_preparation_writes_three_splits_under_the_claim_and_a_receipt() -> None:
    ports = memory_ports()
    run = uploaded(ports, GOOD)
    outcome = prepare(run, ports)
    assert isinstance(outcome, Forward)
    assert (outcome.state, outcome.claim_owner) == (State.PREPARED, "1")
    splits = splits_of(outcome)
    assert splits.train == f"{run.run_id}/1/train.jsonl"
    assert sum(len(rows.splitlines()) for rows in files_of(outcome, ports).values()) == 60
    receipt = receipt_of(ports, outcome)
    assert (receipt.lines, receipt.accepted, receipt.rejected, receipt.blank) == (61, 60, 1, 1)
    assert outcome.record["upload"].sha256 == receipt.sha256
    assert receipt.cost is not None


def test_receipts_are_stored_under_the_uploads_path_and_the_newest_also_as_latest() -> None:
    ports = memory_ports()
    run = uploaded(ports, GOOD)
    prepare(run, ports)
    stem = f"{PATH}/{run.run_id}"
    expected = {f"{stem}.json", f"{stem}.md", f"{stem}.rejected.jsonl", f"{PATH}/latest.json", f"{PATH}/latest.md"}
    assert receipts(ports) == expected
    rejected = json.loads(ports.blobs.read(RECEIPTS, f"{stem}.rejected.jsonl") or b"")
    assert (rejected["line"], rejected["raw"]) == (61, "{oops")


def test_a_second_claim_writes_the_same_bytes_to_other_paths() -> None:
    ports = memory_ports()
    run = uploaded(ports, GOOD)
    first = prepare(run, ports)
    before = {path: ports.blobs.read(RECEIPTS, path) for path in receipts(ports)}
    ports.clock.advance(3600)
    second = prepare(as_stored(ports, run), ports)
    assert second.claim_owner == "2"
    assert splits_of(second).digest == splits_of(first).digest
    for name in NAMES:
        assert files_of(second, ports)[name] == files_of(first, ports)[name]
    assert splits_of(first).train != splits_of(second).train
    assert {path: ports.blobs.read(RECEIPTS, path) for path in receipts(ports)} == before


def test_a_compressed_upload_is_read() -> None:
    ports = memory_ports()
    outcome = prepare(uploaded(ports, gzip.compress(GOOD), "acme/may.jsonl.gz"), ports)
    assert receipt_of(ports, outcome).accepted == 60


def test_a_file_without_a_valid_row_is_rejected_with_a_receipt_and_without_splits() -> None:
    ports = memory_ports()
    outcome = prepare(uploaded(ports, b"oops\n" * 3), ports)
    assert isinstance(outcome, Close)
    assert outcome.end is State.REJECTED
    assert "No row is usable" in (outcome.error or "")
    receipt = receipt_of(ports, outcome)
    assert (receipt.verdict, receipt.rejected) == ("rejected", 3)
    assert not list(ports.blobs.within(PREPARED))


def test_a_run_in_mode_validate_ends_validated() -> None:
    ports = memory_ports(budget_per_run_usd=0.01)
    outcome = prepare(uploaded(ports, GOOD, mode="validate"), ports)
    assert isinstance(outcome, Close)
    assert (outcome.end, outcome.error, outcome.record["hold_reason"]) == (State.VALIDATED, None, None)


@pytest.mark.parametrize("error", [NotFoundError("There is no registry."), OutageError("503")])
def test_a_run_in_mode_validate_does_not_need_the_registry(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = memory_ports()
    monkeypatch.setattr(ports.catalog, "foundation_model", raising(error))
    outcome = prepare(uploaded(ports, GOOD, mode="validate"), ports)
    assert isinstance(outcome, Close)
    assert (outcome.end, receipt_of(ports, outcome).cost) == (State.VALIDATED, None)
    with pytest.raises(type(error)):
        prepare(uploaded(ports, GOOD, "acme/june.jsonl"), ports)


def raising(error: Exception) -> Callable[[str], None]:
    def fail(name: str) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("app", "project", "is_held"),
    [(100.0, None, False), (100.0, 0.01, True), (0.01, None, True), (0.01, 500.0, True)],
)
def test_the_tighter_of_both_budgets_holds_a_run(app: float, project: float | None, is_held: bool) -> None:
    ports = memory_ports(budget_per_run_usd=app)
    outcome = prepare(uploaded(ports, GOOD, budget_usd=project), ports)
    assert isinstance(outcome, Forward)
    reason = outcome.record["hold_reason"]
    assert (reason is not None) is is_held
    receipt = receipt_of(ports, outcome)
    assert ("waits for an approval: " + str(reason) in receipt.why) is is_held


def test_epochs_that_the_base_model_sets_count_towards_the_cost() -> None:
    hours = []
    for defaults in ({}, {"num_train_epochs": 300}):
        ports = memory_ports()
        ports.catalog.base_models["Phi-4"] = BASE_MODEL.model_copy(update={"defaults": defaults})
        cost = receipt_of(ports, prepare(uploaded(ports, upload(*valid(3000))), ports)).cost
        assert cost is not None
        hours.append(cost.training_hours)
    assert hours[1] > hours[0]


@pytest.mark.parametrize(
    ("app", "config", "why"),
    [
        ({"budget_per_run_tokens": 10}, {}, "tokens"),
        ({}, {"budget_tokens": 10}, "tokens"),
        ({}, {"hyperparameters": {"max_seq_length": 99_999}}, "max_seq_length is 99,999, but Phi-4 takes 16,384"),
        ({}, {"sample_pc": 0.001}, "No row is usable"),
    ],
)
def test_an_upload_beyond_a_limit_is_rejected_with_the_figures(
    app: dict[str, Any], config: dict[str, Any], why: str
) -> None:
    ports = memory_ports(**app)
    outcome = prepare(uploaded(ports, GOOD, **config), ports)
    assert isinstance(outcome, Close)
    assert outcome.end is State.REJECTED
    assert why in (outcome.error or "")
    assert receipt_of(ports, outcome).verdict == "rejected"
    assert not list(ports.blobs.within(PREPARED))


def test_the_receipt_says_which_settings_the_platform_tightened() -> None:
    ports = memory_ports(budget_per_run_tokens=1_000_000)
    outcome = prepare(uploaded(ports, GOOD, budget_tokens=2_000_000), ports)
    [ceiling] = receipt_of(ports, outcome).ceilings
    assert "1,000,000" in ceiling


def test_more_epochs_cost_more() -> None:
    hours = []
    for epochs in (1, 50):
        ports = memory_ports()
        outcome = prepare(uploaded(ports, upload(*valid(3000)), hyperparameters={"num_train_epochs": epochs}), ports)
        cost = receipt_of(ports, outcome).cost
        assert cost is not None
        hours.append(cost.training_hours)
    assert hours[1] > hours[0]


def test_the_run_of_a_replaced_upload_is_superseded() -> None:
    ports = memory_ports()
    run = uploaded(ports, GOOD)
    ports.blobs.write(UPLOADS, PATH, [b"newer"], "application/octet-stream")
    outcome = prepare(run, ports)
    assert isinstance(outcome, Close)
    assert (outcome.end, outcome.claim_owner) == (State.SUPERSEDED, "1")
    assert not receipts(ports)


def test_the_run_of_a_deleted_upload_is_cancelled() -> None:
    ports = memory_ports()
    run = uploaded(ports, GOOD)
    ports.blobs.delete(UPLOADS, PATH)
    outcome = prepare(run, ports)
    assert isinstance(outcome, Close)
    assert outcome.end is State.CANCELLED
    assert "deleted" in (outcome.error or "")


class _Changing(MemoryBlobs):
    """A newer version replaces the upload while it is read."""

    def chunks(self, container: str, path: str, etag: str) -> Iterator[bytes]:
        pieces = super().chunks(container, path, etag)
        yield next(pieces)
        self.write(container, path, [b"newer"], "application/octet-stream")
        raise ConflictError(f"Blob '{path}' changed.")


def test_an_upload_that_changes_while_it_is_read_leaves_no_output() -> None:
    ports = memory_ports()
    ports = replace(ports, blobs=_Changing(ports.clock))
    outcome = prepare(uploaded(ports, GOOD), ports)
    assert isinstance(outcome, Close)
    assert outcome.end is State.SUPERSEDED
    assert not receipts(ports)
    assert not list(ports.blobs.within(PREPARED))


class _Superseded(MemoryBlobs):
    """A newer version arrives right after this one has been read."""

    def chunks(self, container: str, path: str, etag: str) -> Iterator[bytes]:
        yield from super().chunks(container, path, etag)
        self.write(container, path, [b"newer"], "application/octet-stream")


def test_only_the_newest_version_writes_the_latest_receipt() -> None:
    ports = memory_ports()
    ports = replace(ports, blobs=_Superseded(ports.clock))
    run = uploaded(ports, GOOD)
    prepare(run, ports)
    assert f"{PATH}/{run.run_id}.json" in receipts(ports)
    assert f"{PATH}/latest.json" not in receipts(ports)


def test_preparation_leaves_a_run_alone_that_another_worker_has_claimed() -> None:
    ports = memory_ports()
    run = uploaded(ports, GOOD)
    with claimed(run, ports), pytest.raises(ConflictError):
        prepare(as_stored(ports, run), ports)
    assert not receipts(ports)


def test_a_run_that_was_cancelled_before_the_claim_is_not_prepared() -> None:
    ports = memory_ports()
    run = uploaded(ports, GOOD)
    stored = ports.runs.get(run.project, run.run_id)
    assert stored is not None
    ports.runs.replace(run.model_copy(update={"intent": Intent.CANCEL}), stored.etag)
    with pytest.raises(ConflictError):
        prepare(run, ports)
    assert not list(ports.blobs.within(PREPARED))
