"""Approve, cancel and retry: at any moment, twice, and while the record changes."""

import pytest

from shared.core.errors import ConflictError, DecisionError, NotFoundError
from shared.core.resources import UPLOADS
from shared.core.states import DEADLINES, ENDS, Intent, State
from shared.engine.advance import advance
from shared.models.run import Run
from shared.ports import Stored
from shared.runs.decisions import ask, decide
from tests.doubles.world import World, chat

LOW_BUDGET = b"budget_usd: 0.01\n"


@pytest.fixture
def world() -> World:
    return World()


def held_run(world: World) -> str:
    """A run that waits for an approval."""
    world.upload("support/tunedrop.yaml", LOW_BUDGET)
    run_id = world.start_run("support/faq.jsonl")
    assert world.until_state(run_id, State.PREPARED).hold_reason
    return run_id


def failed_run(world: World) -> str:
    """A run whose first job failed."""
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    world.ports.jobs.fail(f"{run_id}-1", "Something else.")
    world.until_state(run_id, State.FAILED)
    return run_id


def notes(world: World, run_id: str) -> list[str]:
    return [entry.note for entry in world.ports.runs.timeline(run_id, "support")]


def test_an_approved_run_continues_with_a_new_deadline(world: World) -> None:
    run_id = held_run(world)
    world.clock.advance(2 * 24 * 3600)
    run = decide("support", run_id, "approve", "ann", world.ports)
    assert (run.hold_reason, run.deadline) == (None, world.clock.now() + DEADLINES[State.PREPARED])
    world.until_state(run_id, State.LIVE)


def test_a_repeated_decision_is_recorded_and_announced_once(world: World) -> None:
    run_id = held_run(world)
    for by in ("ann", "bob"):
        decide("support", run_id, "approve", by, world.ports)
    run = world.until_state(run_id, State.SUBMITTED)
    assert [(decision.what, decision.by) for decision in run.decisions] == [("approve", "ann")]
    assert notes(world, run_id)[1] == "Approved by ann."
    published = world.ports.notices.published
    [notice] = [notice for notice in published if notice.type.startswith("tunedrop.decision.")]
    assert (notice.id, notice.type) == (f"{run_id}:2", "tunedrop.decision.approve")


def test_approving_a_run_that_is_not_held_changes_nothing(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    before = world.run(run_id)
    assert decide("support", run_id, "approve", "ann", world.ports) == before


def test_a_cancel_is_recorded_once_and_ends_the_run(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    for by in ("ann", "bob"):
        decide("support", run_id, "cancel", by, world.ports)
    run = world.until_state(run_id, State.CANCELLED)
    assert [decision.by for decision in run.decisions] == ["ann"]
    assert decide("support", run_id, "cancel", "bob", world.ports).state is State.CANCELLED


def test_a_held_run_can_be_cancelled(world: World) -> None:
    run_id = held_run(world)
    decide("support", run_id, "cancel", "ann", world.ports)
    world.until_state(run_id, State.CANCELLED)
    assert world.ports.jobs.submitted == []


def test_a_cancel_by_a_person_wins_over_a_newer_upload(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.LIVE)
    ask("support", run_id, Intent.SUPERSEDE, world.ports)
    decide("support", run_id, "cancel", "ann", world.ports)
    world.until_state(run_id, State.CANCELLED)
    assert list(world.ports.endpoints.tagged()) == []


def test_a_retry_of_a_failed_run_uses_new_names(world: World) -> None:
    run_id = failed_run(world)
    run = decide("support", run_id, "retry", "ann", world.ports)
    assert (run.attempt, run.state, run.results.error) == (2, State.PREPARED, None)
    assert decide("support", run_id, "retry", "bob", world.ports).attempt == 2
    run = world.until_state(run_id, State.LIVE)
    assert [job.name for job in world.ports.jobs.submitted] == [f"{run_id}-1", f"{run_id}-2"]
    assert [spec.name for spec in world.ports.deployments.created] == [f"{run_id}-2"]
    assert "Attempt 2: Retry requested by ann." in notes(world, run_id)
    attempts = [entry.attempt for entry in world.ports.runs.timeline(run_id, "support")]
    assert attempts == sorted(attempts)


def test_a_retry_after_a_failed_deployment_does_not_train_again(world: World) -> None:
    world.ports.deployments.fails_with = "It broke."
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.FAILED)
    world.ports.deployments.fails_with = None
    decide("support", run_id, "retry", "ann", world.ports)
    world.until_state(run_id, State.LIVE)
    assert len(world.ports.jobs.submitted) == len(world.ports.models.registered) == 1
    assert [spec.name for spec in world.ports.deployments.created] == [f"{run_id}-1", f"{run_id}-2"]
    assert {spec.model_version for spec in world.ports.deployments.created} == {f"{run_id[-10:]}-1"}


def test_a_cancelled_run_still_needs_its_approval_when_it_is_retried(world: World) -> None:
    run_id = held_run(world)
    decide("support", run_id, "cancel", "ann", world.ports)
    world.until_state(run_id, State.CANCELLED)
    run = decide("support", run_id, "retry", "ann", world.ports)
    assert (run.state, run.intent) == (State.PREPARED, Intent.PROCEED)
    assert run.hold_reason
    world.round()
    assert world.ports.jobs.submitted == []


def test_a_retry_of_a_run_that_was_never_prepared_prepares_it(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    stored = world.ports.runs.get("support", run_id)
    assert stored is not None
    world.ports.runs.replace(stored.value.model_copy(update={"state": State.FAILED}), stored.etag)
    assert decide("support", run_id, "retry", "ann", world.ports).state is State.RECEIVED
    world.until_state(run_id, State.LIVE)


def test_retrying_a_run_under_way_begins_no_new_attempt(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    assert decide("support", run_id, "retry", "ann", world.ports).attempt == 1


@pytest.mark.parametrize("end", sorted(ENDS - {State.FAILED, State.CANCELLED}))
def test_a_run_with_another_end_cannot_be_retried(world: World, end: State) -> None:
    run_id = world.start_run("support/faq.jsonl")
    stored = world.ports.runs.get("support", run_id)
    assert stored is not None
    world.ports.runs.replace(stored.value.model_copy(update={"state": end}), stored.etag)
    with pytest.raises(DecisionError, match=end):
        decide("support", run_id, "retry", "ann", world.ports)


def test_a_run_whose_upload_was_replaced_cannot_be_retried(world: World) -> None:
    run_id = failed_run(world)
    world.upload("support/faq.jsonl", chat(topic="quux"))
    with pytest.raises(DecisionError, match="newer version"):
        decide("support", run_id, "retry", "ann", world.ports)
    assert world.run(run_id).attempt == 1


def test_a_run_whose_upload_was_replaced_and_then_deleted_cannot_be_retried(world: World) -> None:
    run_id = failed_run(world)
    newer = world.start_run("support/faq.jsonl", chat(topic="quux"))
    world.until_state(newer, State.LIVE)
    world.ports.blobs.delete(UPLOADS, "support/faq.jsonl")
    with pytest.raises(DecisionError, match="newer version"):
        decide("support", run_id, "retry", "ann", world.ports)


def test_an_upload_that_arrives_during_a_retry_supersedes_the_run(world: World) -> None:
    run_id = failed_run(world)
    replace = world.ports.runs.replace

    def upload_then_replace(run: Run, etag: str) -> str:
        world.ports.runs.replace = replace  # type: ignore[method-assign]
        newer = world.start_run("support/faq.jsonl", chat(topic="quux"))
        assert newer != run_id
        return replace(run, etag)

    world.ports.runs.replace = upload_then_replace  # type: ignore[method-assign]
    decide("support", run_id, "retry", "ann", world.ports)
    world.until_state(run_id, State.SUPERSEDED)


def test_a_decision_survives_a_concurrent_change_of_the_record(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    get = world.ports.runs.get

    def read_then_advance(project: str, run_id: str) -> Stored[Run] | None:
        world.ports.runs.get = get  # type: ignore[method-assign]
        stored = get(project, run_id)
        advance(project, run_id, world.ports)
        return stored

    world.ports.runs.get = read_then_advance  # type: ignore[method-assign]
    decide("support", run_id, "cancel", "ann", world.ports)
    world.until_state(run_id, State.CANCELLED)


def test_two_simultaneous_retries_begin_one_attempt(world: World) -> None:
    run_id = failed_run(world)
    replace = world.ports.runs.replace

    def retry_then_replace(run: Run, etag: str) -> str:
        world.ports.runs.replace = replace  # type: ignore[method-assign]
        decide("support", run_id, "retry", "bob", world.ports)
        return replace(run, etag)

    world.ports.runs.replace = retry_then_replace  # type: ignore[method-assign]
    run = decide("support", run_id, "retry", "ann", world.ports)
    assert (run.attempt, [decision.by for decision in run.decisions]) == (2, ["bob"])
    world.until_state(run_id, State.LIVE)
    assert len(world.ports.jobs.submitted) == 2


def test_a_decision_on_a_record_that_keeps_changing_is_a_conflict(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")

    def refuse(run: Run, etag: str) -> str:
        raise ConflictError("Changed.")

    world.ports.runs.replace = refuse  # type: ignore[method-assign]
    with pytest.raises(ConflictError):
        decide("support", run_id, "cancel", "ann", world.ports)


def test_a_decision_on_an_unknown_run_is_not_found(world: World) -> None:
    with pytest.raises(NotFoundError):
        decide("support", "support-0123456789", "cancel", "ann", world.ports)
