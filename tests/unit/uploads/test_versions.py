"""Changes of a blob's metadata raise no event but give a new version. The content decides whether it is trained on."""

import pytest

from shared.core.errors import DecisionError
from shared.core.resources import RECEIPTS, UPLOADS
from shared.core.states import ENDS, Intent, State
from shared.models.run import Run
from shared.runs.decisions import decide
from shared.runs.store import all_runs
from shared.sweeps.rebuild import rebuild
from shared.sweeps.sweep import sweep
from tests import receipts
from tests.doubles.world import World, chat
from tests.unit.sweeps.test_rebuild import lose_tables

PATH = "support/faq.jsonl"


@pytest.fixture
def world() -> World:
    return World()


def run_after_touch(world: World, run_id: str) -> Run:
    """Change the metadata of a run's upload, then sweep; the run of the new version, once it has been read."""
    known = {run.run_id for run in world.ports.runs.all()}
    world.ports.blobs.touch(UPLOADS, world.run(run_id).upload.path)
    sweep(world.ports)
    [new] = [run.run_id for run in world.ports.runs.all() if run.run_id not in known]
    world.until(lambda: world.run(new).state in ENDS | {State.SUBMITTED})
    return world.run(new)


@pytest.mark.parametrize("state", [State.SUBMITTED, State.DEPLOYING, State.LIVE])
def test_a_run_continues_if_only_the_metadata_of_its_upload_changes(world: World, state: State) -> None:
    run_id = world.start_run(PATH)
    world.until_state(run_id, state)
    for _ in range(2):
        assert run_after_touch(world, run_id).state is State.UNCHANGED
    assert world.run(run_id).intent is Intent.PROCEED
    world.until_state(run_id, State.LIVE)
    assert len(world.ports.jobs.submitted) == 1


def test_the_receipt_says_that_only_metadata_has_changed(world: World) -> None:
    run_id = world.start_run(PATH)
    world.until_state(run_id, State.SUBMITTED)
    receipt = receipts.read(world.ports.blobs.read(RECEIPTS, f"{run_after_touch(world, run_id).results.receipt}.json"))
    assert receipt.why.endswith(f"Nothing is trained: only the upload's metadata has changed since {run_id}.")


@pytest.mark.parametrize("size", [5, 0])
def test_a_run_whose_version_is_replaced_before_it_is_read_is_superseded_at_once(world: World, size: int) -> None:
    run_id = world.start_run(PATH)
    world.ports.blobs.touch(UPLOADS, PATH)
    if not size:
        world.upload(PATH, b"")
    world.until_state(run_id, State.SUPERSEDED)
    others = [run.run_id for run in world.ports.runs.all() if run.run_id != run_id]
    assert len(others) == (1 if size else 0)
    for other in others:
        world.until_state(other, State.LIVE)


@pytest.mark.parametrize("end", [State.FAILED, State.CANCELLED])
def test_an_ended_run_begins_a_new_attempt_only_if_a_person_retries_it(world: World, end: State) -> None:
    run_id = world.start_run(PATH)
    world.until_state(run_id, State.SUBMITTED)
    if end is State.FAILED:
        world.ports.jobs.fail(f"{run_id}-1", "Something else.")
    else:
        decide("support", run_id, "cancel", "ann", world.ports)
    world.until_state(run_id, end)
    assert run_after_touch(world, run_id).state is State.UNCHANGED
    decide("support", run_id, "retry", "ann", world.ports)
    assert world.run(run_id).intent is Intent.PROCEED
    world.until_state(run_id, State.LIVE)


def test_a_file_that_is_uploaded_again_is_trained_on_again(world: World) -> None:
    run_id = world.start_run(PATH)
    world.until_state(run_id, State.SUBMITTED)
    again = world.start_run(PATH)
    world.until_state(run_id, State.SUPERSEDED)
    world.ports.jobs.fail(f"{again}-1", "Something else.")
    world.until_state(again, State.FAILED)
    world.until_state(world.start_run(PATH), State.SUBMITTED)
    with pytest.raises(DecisionError, match="A newer version replaced the upload"):
        decide("support", again, "retry", "ann", world.ports)


@pytest.mark.parametrize("change", ["content", "settings"])
def test_a_version_with_other_content_or_settings_supersedes_the_run_once_it_is_read(world: World, change: str) -> None:
    older = world.start_run(PATH)
    world.until_state(older, State.SUBMITTED)
    if change == "content":
        world.upload(PATH, chat(topic="quux"))
    else:
        world.upload("support/tunedrop.yaml", b"hyperparameters: {num_train_epochs: 7}\n")
        world.ports.blobs.touch(UPLOADS, PATH)
    sweep(world.ports)
    assert world.run(older).intent is Intent.PROCEED
    world.until_state(older, State.SUPERSEDED)
    [newer] = [run.run_id for run in world.ports.runs.all() if run.run_id != older]
    world.until_state(newer, State.LIVE)


def test_neither_later_events_nor_a_rebuild_let_a_metadata_change_supersede_a_run(world: World) -> None:
    event = world.upload(PATH)
    run_id = world.deliver(event) or ""
    world.until_state(run_id, State.SUBMITTED)
    assert run_after_touch(world, run_id).state is State.UNCHANGED
    world.deliver(event)
    late = {**event["data"], "eTag": world.ports.blobs.info(UPLOADS, PATH).etag, "sequencer": "f"}  # type: ignore[union-attr]
    world.deliver({**event, "data": late})
    world.round()
    lose_tables(world)
    rebuild(all_runs(world.ports), world.ports)
    assert world.run(run_id).intent is Intent.PROCEED
    world.until_state(run_id, State.LIVE)


def test_a_version_that_equals_an_older_one_still_supersedes_the_newest_run(world: World) -> None:
    first = world.start_run(PATH, chat(topic="a"))
    world.until_state(first, State.SUBMITTED)
    second = world.start_run(PATH, chat(topic="b"))
    world.until_state(second, State.SUBMITTED)
    world.upload(PATH, chat(topic="a"))
    sweep(world.ports)
    world.until_state(second, State.SUPERSEDED)
    [third] = [run.run_id for run in world.ports.runs.all() if run.run_id not in (first, second)]
    world.until_state(third, State.LIVE)


def test_a_very_late_event_of_an_older_version_does_not_supersede_the_run_of_a_deleted_upload(world: World) -> None:
    late = world.upload(PATH, chat(topic="a"))
    world.clock.advance(60)
    world.upload(PATH, chat(topic="b"))
    sweep(world.ports)
    [newer] = [run.run_id for run in world.ports.runs.all()]
    world.until_state(newer, State.SUBMITTED)
    world.ports.blobs.delete(UPLOADS, PATH)
    world.clock.advance(3600)
    older = world.deliver(late) or ""
    world.until_state(older, State.SUPERSEDED)
    world.until_state(newer, State.LIVE)
