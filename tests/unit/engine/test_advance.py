"""The whole path in memory: the real app over doubles of every port."""

from datetime import datetime

import pytest

from shared.core.errors import ThrottledError
from shared.core.resources import RECEIPTS
from shared.core.states import Intent, State, rank
from shared.engine.advance import advance
from shared.models.run import Run
from shared.models.training import TrainingJob
from shared.runs.decisions import ask
from tests.doubles.world import World, chat


@pytest.fixture
def world() -> World:
    return World()


def timeline(world: World, run: Run) -> list[State]:
    return [entry.state for entry in world.ports.runs.timeline(run.run_id, run.project)]


PATH = [
    State.PREPARED,
    State.SUBMITTED,
    State.TRAINED,
    State.REGISTERED,
    State.DEPLOYING,
    State.DEPLOYED,
    State.EVALUATED,
    State.LIVE,
]


def test_an_upload_goes_live(world: World) -> None:
    run = world.until_state(world.start_run("support/faq.jsonl"), State.LIVE)
    world.round()
    assert timeline(world, run) == PATH
    serving = world.ports.projects.serving("support")
    assert serving is not None
    assert (serving.value.champion, serving.value.deploy_lock) == (f"{run.run_id}-1", None)
    endpoint = world.ports.endpoints.get(run.results.endpoint or "")
    assert endpoint is not None
    assert endpoint.traffic == {f"{run.run_id}-1": 100}


def test_an_idle_endpoint_is_reaped_and_its_run_retires(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    run = world.until_state(run_id, State.LIVE)
    world.round()
    world.clock.advance(12 * 3600)
    world.until_reaped(run_id)
    world.until(lambda: not world.ports.active.rows)
    assert timeline(world, run) == [*PATH, State.CLOSING, State.RETIRED]
    assert world.ports.endpoints.get(run.results.endpoint or "") is None
    [entry] = world.ports.ledger.entries()
    assert entry.run_id == run_id
    assert entry.hours > 12
    assert entry.saved_usd_per_month > 1000
    assert entry.reason == "nobody used it for 12h"
    assert world.ports.projects.lease("support") is None


def test_redelivered_events_have_one_effect(world: World) -> None:
    event = world.upload("support/faq.jsonl")
    run_id = ""
    for _ in range(5):
        run_id = world.deliver(event) or ""
        world.round()
    job = f"{run_id}-1"
    world.until_state(run_id, State.LIVE)
    for status in ("Completed", "Finalizing", "Running", "Preparing", "NotStarted"):
        for _ in range(5):
            world.deliver(world.job_event(job, status))
            world.deliver(world.job_event(f"child-of-{job}", status))
            world.round()
    world.deliver(event)
    world.round()
    assert [job.name for job in world.ports.jobs.submitted] == [job]
    assert len(world.ports.models.registered) == 1
    assert len(world.ports.deployments.created) == 1
    assert len(list(world.ports.runs.all())) == 1


def test_every_notice_is_published_once_and_in_order(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.LIVE)
    world.round()
    assert [notice.id for notice in world.ports.notices.published] == [f"{run_id}:{seq}" for seq in range(1, 9)]


def test_an_upload_without_a_valid_row_is_rejected_and_submits_nothing(world: World) -> None:
    run = world.until_state(world.start_run("support/faq.jsonl", b'{"messages": 3}\nnot json\n'), State.REJECTED)
    world.round()
    assert world.ports.jobs.submitted == []
    assert world.ports.active.rows == {}
    assert run.results.error
    assert world.ports.blobs.info(RECEIPTS, f"{run.results.receipt}.json") is not None


def test_faulty_settings_reject_the_upload_and_the_run_says_why(world: World) -> None:
    world.upload("support/tunedrop.yaml", b"modes: train\n")
    run = world.until_state(world.start_run("support/faq.jsonl"), State.REJECTED)
    assert "modes" in (run.results.error or "")
    assert world.ports.jobs.submitted == []


def test_an_unknown_hyperparameter_fails_the_run_before_submission(world: World) -> None:
    world.upload("support/tunedrop.yaml", b"hyperparameters:\n  num_train_epoch: 3\n")
    run = world.until_state(world.start_run("support/faq.jsonl"), State.FAILED)
    assert "num_train_epochs" in (run.results.error or "")
    assert world.ports.jobs.submitted == []


def test_settings_edited_after_the_upload_change_nothing(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    world.upload("support/tunedrop.yaml", b"hyperparameters:\n  num_train_epochs: 9\n")
    world.until_state(run_id, State.SUBMITTED)
    assert world.ports.jobs.submitted[0].hyperparameters["num_train_epochs"] == 3


def test_a_failed_deployment_and_its_endpoint_are_deleted(world: World) -> None:
    world.ports.deployments.fails_with = "The image could not be pulled."
    run = world.until_state(world.start_run("support/faq.jsonl"), State.FAILED)
    assert run.results.failure == "image_pull"
    world.until_no_endpoint()


def test_an_empty_answer_fails_the_smoke_test(world: World) -> None:
    world.ports.scorer.answer = lambda body: {"output": " "}
    run = world.until_state(world.start_run("support/faq.jsonl"), State.FAILED)
    assert "empty" in (run.results.error or "")
    assert world.ports.endpoints.get(run.results.endpoint or "") is not None
    assert list(world.ports.deployments.of(run.results.endpoint or "")) == []


def test_a_second_run_waits_for_the_deploy_lock_and_replaces_the_champion(world: World) -> None:
    first, second = world.start_run("support/a.jsonl"), world.start_run("support/b.jsonl", chat(topic="quux"))
    world.until(lambda: any(world.run(run_id).queue for run_id in (first, second)))
    waiting, deploying = sorted((first, second), key=lambda run_id: world.run(run_id).queue is None)
    assert world.run(deploying).state in (State.DEPLOYING, State.DEPLOYED, State.EVALUATED)
    world.until_state(waiting, State.LIVE)
    run = world.until_state(deploying, State.RETIRED)
    serving = world.ports.projects.serving("support")
    assert serving is not None
    assert serving.value.champion_run == waiting
    assert [deployment.name for deployment in world.ports.deployments.of(run.results.endpoint or "")] == [
        f"{waiting}-1"
    ]
    assert len(world.ports.endpoints.created) == 1


def test_the_champion_is_not_deleted_before_its_successor_has_the_traffic(world: World) -> None:
    first = world.until_state(world.start_run("support/a.jsonl"), State.LIVE)
    second = world.start_run("support/b.jsonl", chat(topic="quux"))

    def has_replaced() -> bool:
        endpoint = world.ports.endpoints.get(first.results.endpoint or "")
        assert endpoint is not None
        deployments = world.ports.deployments.of(endpoint.name)
        up = {deployment.name for deployment in deployments if deployment.provisioning == "succeeded"}
        assert set(endpoint.traffic) <= up
        return world.run(second).state is State.LIVE and world.run(first.run_id).state is State.RETIRED

    world.until(has_replaced)


@pytest.mark.parametrize("state", [State.RECEIVED, *PATH[:-1]])
def test_a_cancelled_run_leaves_nothing_behind(world: World, state: State) -> None:
    run_id = world.start_run("support/faq.jsonl")
    if state is not State.RECEIVED:
        world.until_state(run_id, *PATH[PATH.index(state) :])
    ask("support", run_id, Intent.CANCEL, world.ports)
    ask("support", run_id, Intent.CANCEL, world.ports)
    world.until_state(run_id, State.CANCELLED)
    world.until_no_endpoint()
    job = world.ports.jobs.get(f"{run_id}-1")
    assert job is None or job.status != "running"
    serving = world.ports.projects.serving("support")
    assert serving is None or serving.value.deploy_lock is None


@pytest.mark.parametrize(
    ("state", "port", "method"),
    [
        (State.SUBMITTED, "jobs", "cancel"),
        (State.DEPLOYING, "deployments", "delete"),
        (State.LIVE, "endpoints", "delete"),
    ],
)
def test_a_cancel_or_delete_that_azure_ignores_is_repeated_until_the_resource_is_gone(
    world: World, state: State, port: str, method: str
) -> None:
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, state)
    world.until(lambda: state is not State.DEPLOYING or bool(world.ports.deployments.created))
    real_method = getattr(getattr(world.ports, port), method)
    requests: list[tuple[str, ...]] = []

    def ignore_twice(*names: str) -> None:
        """Azure accepts the request, but acts only on the third one."""
        requests.append(names)
        if len(requests) > 2:
            real_method(*names)

    setattr(getattr(world.ports, port), method, ignore_twice)
    ask("support", run_id, Intent.CANCEL, world.ports)
    world.until(lambda: len(requests) == 2)
    assert world.run(run_id).state is State.CLOSING
    world.until_state(run_id, State.CANCELLED)
    assert len(requests) > 2
    assert len(set(requests)) == 1


def test_cancelling_the_champion_deletes_its_endpoint(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.LIVE)
    ask("support", run_id, Intent.CANCEL, world.ports)
    world.until_state(run_id, State.CANCELLED)
    assert list(world.ports.endpoints.tagged()) == []
    assert len(world.ports.ledger.entries()) == 1


def test_a_newer_version_supersedes_the_older_run(world: World) -> None:
    older = world.start_run("support/faq.jsonl")
    world.until_state(older, State.SUBMITTED)
    newer = world.start_run("support/faq.jsonl", chat(topic="quux"))
    world.until_state(newer, State.LIVE)
    assert world.run(older).state is State.SUPERSEDED
    job = world.ports.jobs.get(f"{older}-1")
    assert job is not None
    assert job.status == "cancelled"
    assert len(world.ports.models.registered) == 1


def test_a_live_run_serves_until_its_newer_version_is_promoted(world: World) -> None:
    older = world.start_run("support/faq.jsonl")
    world.until_state(older, State.LIVE)
    newer = world.start_run("support/faq.jsonl", chat(topic="quux"))
    world.until_state(newer, State.DEPLOYING)
    assert world.run(older).state is State.LIVE
    world.until_state(newer, State.LIVE)
    assert world.until_state(older, State.RETIRED).intent is Intent.PROCEED


def test_a_project_can_serve_again_after_its_endpoint_was_reaped(world: World) -> None:
    first = world.start_run("support/a.jsonl")
    run = world.until_state(first, State.LIVE)
    world.clock.advance(8 * 24 * 3600)
    world.until_reaped(first)
    again = world.until_state(world.start_run("support/b.jsonl", chat(topic="quux")), State.LIVE)
    assert (run.results.endpoint or "")[-2:] == "-1"
    assert (again.results.endpoint or "")[-2:] == "-2"


def test_an_endpoint_name_that_is_taken_is_skipped(world: World) -> None:
    other_world = World()
    taken = other_world.until_state(other_world.start_run("support/a.jsonl"), State.LIVE).results.endpoint or ""
    world.ports.endpoints.create(taken, {"owner": "someone else"})
    run = world.until_state(world.start_run("support/a.jsonl"), State.LIVE)
    assert (run.results.endpoint or "")[-2:] == "-2"


def test_a_throttled_step_waits_as_long_as_azure_asks_even_if_its_run_is_woken_earlier(world: World) -> None:
    submit = world.ports.jobs.submit

    def throttle_once(job: TrainingJob, before: datetime | None = None) -> None:
        world.ports.jobs.submit = submit  # type: ignore[method-assign]
        raise ThrottledError("Slow down.", retry_after=45)

    world.ports.jobs.submit = throttle_once  # type: ignore[method-assign]
    run_id = world.start_run("support/faq.jsonl")
    advance("support", run_id, world.ports)
    run = world.run(run_id)
    assert (run.state, (run.next_due - world.clock.now()).total_seconds()) == (State.PREPARED, 45)
    world.clock.advance(44)
    advance("support", run_id, world.ports)
    assert world.run(run_id).state is State.PREPARED
    world.clock.advance(1)
    advance("support", run_id, world.ports)
    assert world.run(run_id).state is State.SUBMITTED


def test_the_states_of_an_attempt_only_move_forward(world: World) -> None:
    world.start_run("support/a.jsonl")
    world.start_run("support/b.jsonl", chat(topic="quux"))
    world.until(lambda: {run.state for run in world.ports.runs.all()} == {State.LIVE, State.RETIRED})
    for run in world.ports.runs.all():
        ranks = [(attempt, rank(state)) for run_id, attempt, state in world.advances if run_id == run.run_id]
        assert ranks == sorted(ranks)


def test_a_held_run_waits_for_its_approval_until_its_deadline(world: World) -> None:
    world.upload("support/tunedrop.yaml", b"budget_usd: 0.01\n")
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.PREPARED)
    world.clock.advance(2 * 24 * 3600)
    world.round()
    assert world.run(run_id).state is State.PREPARED
    assert world.ports.jobs.submitted == []
    world.clock.advance(6 * 24 * 3600)
    assert world.until_state(run_id, State.FAILED).results.error


def test_a_deploy_lock_of_an_unknown_run_does_not_block_the_project(world: World) -> None:
    first = world.start_run("support/a.jsonl")
    world.until_state(first, State.LIVE)
    world.round()
    stored = world.ports.projects.serving("support")
    assert stored is not None
    world.ports.projects.replace_serving(
        stored.value.model_copy(update={"deploy_lock": "support-0123456789"}), stored.etag
    )
    world.until_state(world.start_run("support/b.jsonl", chat(topic="quux")), State.LIVE)
