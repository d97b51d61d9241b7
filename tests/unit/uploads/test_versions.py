"""Changes of a blob's metadata, which no event tells of: its content decides what it is."""

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


def touched(world: World, run_id: str) -> Run:
    """The run of the version that the sweep finds after the metadata of a run's upload was changed, at its end."""
    known = {run.run_id for run in world.ports.runs.all()}
    world.ports.blobs.touch(UPLOADS, world.run(run_id).upload.path)
    sweep(world.ports)
    [found] = [run.run_id for run in world.ports.runs.all() if run.run_id not in known]
    world.until(lambda: world.run(found).state in ENDS | {State.SUBMITTED})
    return world.run(found)


@pytest.mark.parametrize("state", [State.SUBMITTED, State.DEPLOYING, State.LIVE])
def test_what_is_under_way_or_serves_goes_on(world: World, state: State) -> None:
    run_id = world.drop(PATH)
    world.until_state(run_id, state)
    for _ in range(2):
        assert touched(world, run_id).state is State.UNCHANGED
    assert world.run(run_id).intent is Intent.PROCEED
    world.until_state(run_id, State.LIVE)
    assert len(world.ports.jobs.submitted) == 1


def test_the_receipt_says_that_only_metadata_has_changed(world: World) -> None:
    run_id = world.drop(PATH)
    world.until_state(run_id, State.SUBMITTED)
    found = receipts.read(world.ports.blobs.read(RECEIPTS, f"{touched(world, run_id).results.receipt}.json"))
    assert found.why.endswith(f"Nothing is trained: only the upload's metadata has changed since {run_id}.")


@pytest.mark.parametrize("size", [5, 0])
def test_what_has_not_been_read_yet_begins_again_at_once(world: World, size: int) -> None:
    run_id = world.drop(PATH)
    world.ports.blobs.touch(UPLOADS, PATH)
    if not size:
        world.upload(PATH, b"")
    world.until_state(run_id, State.SUPERSEDED)
    others = [run.run_id for run in world.ports.runs.all() if run.run_id != run_id]
    assert len(others) == (1 if size else 0)
    for other in others:
        world.until_state(other, State.LIVE)


@pytest.mark.parametrize("end", [State.FAILED, State.CANCELLED])
def test_what_has_ended_begins_anew_only_if_somebody_asks(world: World, end: State) -> None:
    run_id = world.drop(PATH)
    world.until_state(run_id, State.SUBMITTED)
    if end is State.FAILED:
        world.ports.jobs.fail(f"{run_id}-1", "Something else.")
    else:
        decide("support", run_id, "cancel", "ann", world.ports)
    world.until_state(run_id, end)
    assert touched(world, run_id).state is State.UNCHANGED
    decide("support", run_id, "retry", "ann", world.ports)
    assert world.run(run_id).intent is Intent.PROCEED
    world.until_state(run_id, State.LIVE)


def test_a_file_that_was_uploaded_again_is_trained_on_again(world: World) -> None:
    run_id = world.drop(PATH)
    world.until_state(run_id, State.SUBMITTED)
    again = world.drop(PATH)
    world.until_state(run_id, State.SUPERSEDED)
    world.ports.jobs.fail(f"{again}-1", "Something else.")
    world.until_state(again, State.FAILED)
    world.until_state(world.drop(PATH), State.SUBMITTED)
    with pytest.raises(DecisionError, match="A newer version replaced the upload"):
        decide("support", again, "retry", "ann", world.ports)


@pytest.mark.parametrize("what", ["content", "settings"])
def test_what_else_has_changed_counts_once_it_is_read(world: World, what: str) -> None:
    older = world.drop(PATH)
    world.until_state(older, State.SUBMITTED)
    if what == "content":
        world.upload(PATH, chat(topic="quux"))
    else:
        world.upload("support/tunedrop.yaml", b"hyperparameters: {num_train_epochs: 7}\n")
        world.ports.blobs.touch(UPLOADS, PATH)
    sweep(world.ports)
    assert world.run(older).intent is Intent.PROCEED
    world.until_state(older, State.SUPERSEDED)
    [newer] = [run.run_id for run in world.ports.runs.all() if run.run_id != older]
    world.until_state(newer, State.LIVE)


def test_no_later_event_nor_rebuild_lets_what_is_under_way_give_way_to_a_touch(world: World) -> None:
    event = world.upload(PATH)
    run_id = world.deliver(event) or ""
    world.until_state(run_id, State.SUBMITTED)
    assert touched(world, run_id).state is State.UNCHANGED
    world.deliver(event)
    late = {**event["data"], "eTag": world.ports.blobs.info(UPLOADS, PATH).etag, "sequencer": "f"}  # type: ignore[union-attr]
    world.deliver({**event, "data": late})
    world.round()
    lose_tables(world)
    rebuild(all_runs(world.ports), world.ports)
    assert world.run(run_id).intent is Intent.PROCEED
    world.until_state(run_id, State.LIVE)


def test_an_older_version_is_not_taken_for_the_one_before(world: World) -> None:
    first = world.drop(PATH, chat(topic="a"))
    world.until_state(first, State.SUBMITTED)
    second = world.drop(PATH, chat(topic="b"))
    world.until_state(second, State.SUBMITTED)
    world.upload(PATH, chat(topic="a"))
    sweep(world.ports)
    world.until_state(second, State.SUPERSEDED)
    [third] = [run.run_id for run in world.ports.runs.all() if run.run_id not in (first, second)]
    world.until_state(third, State.LIVE)


def test_an_older_version_whose_event_is_very_late_does_not_replace_what_has_been_deleted(world: World) -> None:
    late = world.upload(PATH, chat(topic="a"))
    world.clock.advance(60)
    world.upload(PATH, chat(topic="b"))
    sweep(world.ports)
    [found] = [run.run_id for run in world.ports.runs.all()]
    world.until_state(found, State.SUBMITTED)
    world.ports.blobs.delete(UPLOADS, PATH)
    world.clock.advance(3600)
    older = world.deliver(late) or ""
    world.until_state(older, State.SUPERSEDED)
    world.until_state(found, State.LIVE)
