"""Folder uploads: the owner makes the splits, and ``_READY`` closes the folder."""

import gzip

import pytest

from shared.core.resources import PREPARED, RECEIPTS, UPLOADS
from shared.core.states import Intent, State
from shared.models.receipt import Receipt
from shared.models.run import Run
from shared.sweeps.sweep import sweep
from shared.uploads.events import upload_of
from shared.uploads.intake import accept
from tests import receipts
from tests.doubles.world import World, chat

FOLDER = "support/may"
FILES = {"train.jsonl": chat(40), "validation.jsonl": chat(5, "kettles"), "test.jsonl": chat(7, "lamps")}


@pytest.fixture
def world() -> World:
    return World()


def close(world: World, files: dict[str, bytes], folder: str = FOLDER) -> str:
    """Upload a folder's files, deliver their events, and close the folder; the id of its run."""
    for name, content in files.items():
        assert world.deliver(world.upload(f"{folder}/{name}", content)) is None
    return world.start_run(f"{folder}/_READY", b"")


def rows(world: World, run: Run, split: str) -> list[bytes]:
    assert run.results.splits is not None
    return (world.ports.blobs.read(PREPARED, dict(run.results.splits)[split]) or b"").splitlines()


def receipt(world: World, run: Run) -> Receipt:
    return receipts.read(world.ports.blobs.read(RECEIPTS, f"{run.results.receipt}.json"))


def test_a_closed_folder_becomes_one_run_that_goes_live(world: World) -> None:
    run = world.until_state(close(world, FILES), State.LIVE)
    assert len(list(world.ports.runs.all())) == 1
    assert [part.path for part in run.upload.parts] == [f"{FOLDER}/{name}" for name in sorted(FILES)]
    assert run.upload.size == sum(map(len, FILES.values()))
    assert run.results.receipt == f"{FOLDER}/{run.run_id}"
    assert receipt(world, run).upload == FOLDER
    assert "-may-" in world.ports.jobs.submitted[0].display_name
    assert {split: len(rows(world, run, split)) for split in ("train", "validation", "test")} == {
        "train": 40,
        "validation": 5,
        "test": 7,
    }


def test_a_redelivered_ready_event_gives_the_same_run(world: World) -> None:
    run_id = close(world, FILES)
    event = world.upload("support/other/_READY", b"")
    assert world.deliver(event) == world.deliver(event) != run_id
    assert len(list(world.ports.runs.all())) == 2


@pytest.mark.parametrize("folder", ["support/2026/may", "support/may", "support/_READY"])
def test_a_folder_may_be_at_any_depth(world: World, folder: str) -> None:
    world.until_state(close(world, FILES, folder), State.SUBMITTED)


def test_files_in_a_subfolder_do_not_belong_to_the_folder(world: World) -> None:
    world.upload(f"{FOLDER}/inside/train.jsonl")
    run = world.run(close(world, FILES))
    assert len(run.upload.parts) == 3


def test_a_ready_file_in_the_projects_own_folder_closes_nothing(world: World) -> None:
    assert world.deliver(world.upload("support/_READY", b"")) is None
    assert world.deliver(world.upload("support/train.jsonl")) is not None


def test_the_sweep_finds_a_closed_folder_whose_event_was_lost_but_no_open_folder(world: World) -> None:
    for name, content in FILES.items():
        world.upload(f"{FOLDER}/{name}", content)
    assert sweep(world.ports) == 0
    world.upload(f"{FOLDER}/_READY", b"")
    assert sweep(world.ports) == 1
    [run] = world.ports.runs.all()
    world.until_state(run.run_id, State.SUBMITTED)


def test_splits_that_the_owner_did_not_make_are_taken_from_train_by_content(world: World) -> None:
    run = world.until_state(close(world, {"train.jsonl": chat(200)}), State.SUBMITTED)
    counts = {split: len(rows(world, run, split)) for split in ("train", "validation", "test")}
    assert sum(counts.values()) == 200
    assert min(counts["validation"], counts["test"]) > 5


def test_only_validation_is_taken_from_train_if_the_owner_made_test(world: World) -> None:
    run = world.until_state(
        close(world, {"train.jsonl": chat(200), "test.jsonl": FILES["test.jsonl"]}), State.SUBMITTED
    )
    assert len(rows(world, run, "test")) == 7
    assert len(rows(world, run, "validation")) > 5
    assert len(rows(world, run, "train")) + len(rows(world, run, "validation")) == 200


def test_a_row_in_train_and_in_a_held_out_split_is_only_held_out(world: World) -> None:
    both = FILES["validation.jsonl"] + FILES["test.jsonl"]
    files = {**FILES, "train.jsonl": both + chat(40), "validation.jsonl": FILES["validation.jsonl"] + chat(1, "lamps")}
    run = world.until_state(close(world, files), State.SUBMITTED)
    assert len(rows(world, run, "train")) == 40
    assert len(rows(world, run, "validation")) == 5
    assert len(rows(world, run, "test")) == 7
    assert receipt(world, run).duplicates == 13


def test_compressed_files_are_read_and_problems_name_their_file(world: World) -> None:
    files = {"train.jsonl.gz": gzip.compress(chat(40) + b"{oops\n"), "test.jsonl": b"oops\n" + FILES["test.jsonl"]}
    run = world.until_state(close(world, files), State.SUBMITTED)
    problems = [(problem.file, problem.line) for problem in receipt(world, run).problems]
    assert problems == [("test.jsonl", 1), ("train.jsonl.gz", 41)]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"test.jsonl": chat(7)}, "no train.jsonl"),
        ({}, "no train.jsonl"),
        ({**FILES, "train.jsonl.gz": gzip.compress(chat(9))}, "both train.jsonl and train.jsonl.gz"),
    ],
)
def test_an_incomplete_or_ambiguous_folder_is_rejected_with_its_reason(
    world: World, files: dict[str, bytes], why: str
) -> None:
    run = world.until_state(close(world, files), State.REJECTED)
    assert why in (run.results.error or "")
    assert "upload _READY again" in (run.results.error or "")
    rejection = receipt(world, run)
    assert (rejection.verdict, rejection.sha256) == ("rejected", None)
    assert why in rejection.why


def test_a_part_that_changes_after_ready_rejects_the_run_until_ready_is_uploaded_again(world: World) -> None:
    run_id = close(world, FILES)
    world.clock.advance(5)
    world.upload(f"{FOLDER}/validation.jsonl", chat(6, "kettles"))
    run = world.until_state(run_id, State.REJECTED)
    assert run.results.error == "validation.jsonl changed after _READY was uploaded. Upload _READY again."
    again = world.until_state(world.start_run(f"{FOLDER}/_READY", b""), State.SUBMITTED)
    assert len(rows(world, again, "validation")) == 6


def test_a_part_that_changed_before_a_late_ready_event_rejects_the_run(world: World) -> None:
    for name, content in FILES.items():
        world.upload(f"{FOLDER}/{name}", content)
    late = world.upload(f"{FOLDER}/_READY", b"")
    world.clock.advance(5)
    world.upload(f"{FOLDER}/train.jsonl", chat(30))
    run = world.until_state(world.deliver(late) or "", State.REJECTED)
    assert run.results.error == "train.jsonl changed after _READY was uploaded. Upload _READY again."


def test_closing_a_folder_again_supersedes_the_unfinished_run(world: World) -> None:
    first = close(world, FILES)
    second = world.start_run(f"{FOLDER}/_READY", b"")
    assert world.run(first).intent is Intent.SUPERSEDE
    world.until_state(second, State.LIVE)
    assert world.run(first).state is State.SUPERSEDED


def test_the_run_of_a_folder_whose_ready_file_is_gone_is_cancelled(world: World) -> None:
    run_id = close(world, FILES)
    world.ports.blobs.delete(UPLOADS, f"{FOLDER}/_READY")
    world.ports.blobs.delete(UPLOADS, f"{FOLDER}/train.jsonl")
    assert "deleted" in (world.until_state(run_id, State.CANCELLED).results.error or "")


def test_faulty_settings_are_reported_before_a_faulty_folder(world: World) -> None:
    world.upload("support/tunedrop.yaml", b"modus: train\n")
    run = world.until_state(close(world, {}), State.REJECTED)
    assert "modus" in (run.results.error or "")
    assert [problem.file for problem in receipt(world, run).problems] == ["tunedrop.yaml"]


def test_the_parts_of_a_folder_are_listed_once_when_its_run_is_made(world: World) -> None:
    """A redelivered event finds the record, so the parts are not listed again."""
    for name, content in FILES.items():
        world.upload(f"{FOLDER}/{name}", content)
    upload = upload_of(world.upload(f"{FOLDER}/_READY", b""), world.ports)
    assert upload is not None
    assert upload.parts == []
    run_id = accept(upload, world.ports)
    world.upload(f"{FOLDER}/test.jsonl", chat(8, "lamps"))
    accept(upload, world.ports)
    assert len(world.run(run_id).upload.parts) == 3


def test_the_receipt_of_a_folder_of_another_shape_names_the_command_that_converts_it(world: World) -> None:
    alpaca = b'{"instruction": "How deep?", "output": "Two metres."}\n' * 20
    run = world.until_state(close(world, {"train.jsonl": alpaca}), State.REJECTED)
    shape = receipt(world, run).shape
    assert shape is not None
    assert (shape.name, shape.command) == ("alpaca", "tunedrop convert train.jsonl")
