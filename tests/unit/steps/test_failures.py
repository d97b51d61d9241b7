"""Jobs, endpoints and deployments that fail: the explanation, and the attempts that follow."""

from datetime import datetime

import pytest

from shared.core.errors import NotFoundError, QuotaError
from shared.core.states import ENDS, Intent, State
from shared.models.hosting import Deployment, DeploymentSpec
from shared.models.training import TrainingJob
from shared.policy.explain import catalogue
from shared.runs.decisions import ask, decide
from tests.doubles.faults import OutageError
from tests.doubles.world import World
from tests.unit.endpoints.test_capacity import price_of_training


@pytest.fixture
def world() -> World:
    return World()


def test_a_failed_job_fails_the_run_with_its_reason(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    world.ports.jobs.fail(f"{run_id}-1", "Something else.")
    run = world.until_state(run_id, State.FAILED)
    assert (run.results.error or "").startswith("Something else.")
    assert (run.results.failure, run.results.azure_message) == (None, "Something else.")


def test_a_known_failure_is_explained(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    world.ports.jobs.fail(f"{run_id}-1", "OSError: [Errno 28] No space left on device")
    run = world.until_state(run_id, State.FAILED)
    assert run.results.failure == "disk_full"
    assert (run.results.error or "").startswith("The machine's disk is full.")


def test_a_run_that_fails_for_lack_of_quota_says_what_to_do(world: World) -> None:
    def refuse(spec: DeploymentSpec, before: datetime | None = None) -> None:
        raise QuotaError("Not enough quota available for Standard_NC24ads_A100_v4.")

    world.ports.deployments.create = refuse  # type: ignore[method-assign]
    run = world.until_state(world.start_run("support/faq.jsonl"), State.FAILED)
    assert run.results.failure == "quota"
    assert "Ask for quota" in (run.results.error or "")


AZURE_MESSAGES = [
    ("liveness_probe", "(ResourceNotReady) User container has crashed or terminated: Liveness probe failed: 502"),
    ("image_pull", "(BadRequest) The request is invalid. (ImageBuildFailure) The build log is in the blob store."),
    ("sku_not_allowed", "(BadRequest) The instance type Standard_DS2_v2 is not supported for this model."),
    ("quota", f"(BadRequest) {'The request is invalid. ' * 40}Not enough quota available for Standard_F4s_v2."),
]


@pytest.mark.parametrize("port", ["endpoints", "deployments"])
@pytest.mark.parametrize(("kind", "azure_message"), AZURE_MESSAGES)
def test_a_failed_endpoint_or_deployment_is_explained_in_record_timeline_and_notice(
    port: str, kind: str, azure_message: str
) -> None:
    world = World()
    getattr(world.ports, port).fails_with = azure_message
    run = world.until_state(world.start_run("support/faq.jsonl"), State.FAILED)
    world.round()
    failure = next(failure for failure in catalogue() if failure.kind == kind)
    assert (run.results.failure, run.results.azure_message) == (kind, azure_message[:500])
    assert run.results.error == f"{failure.cause} {failure.remedy}"
    assert world.ports.runs.timeline(run.run_id, "support")[-1].note == run.results.error
    assert world.ports.notices.published[-1].detail == run.results.error


def test_a_vanished_job_fails_the_run(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    world.ports.jobs.forget(f"{run_id}-1")
    assert "no longer exists" in (world.until_state(run_id, State.FAILED).results.error or "")


def fail_training(world: World, run_id: str, attempt: int, error: str) -> None:
    """Wait for the job of an attempt, then let it fail."""
    world.until(lambda: world.ports.jobs.get(f"{run_id}-{attempt}") is not None)
    world.ports.jobs.fail(f"{run_id}-{attempt}", error)


def test_a_job_that_ran_out_of_memory_is_retried_once_with_half_the_batch(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    fail_training(world, run_id, 1, "CUDA out of memory")
    run = world.until_state(run_id, State.LIVE)
    first, second = world.ports.jobs.submitted
    batch_sizes = [job.hyperparameters["per_device_train_batch_size"] for job in (first, second)]
    assert batch_sizes == [2, 1]
    assert second.hyperparameters["gradient_accumulation_steps"] == 2
    assert (run.attempt, second.name) == (2, f"{run_id}-2")
    assert first.fingerprint != second.fingerprint
    assert [(decision.what, decision.by) for decision in run.decisions] == [("retry", "tunedrop")]
    notes = [entry.note for entry in world.ports.runs.timeline(run_id, "support")]
    assert "Attempt 2: The app tries once more with half the batch." in notes


def test_a_deployment_that_ran_out_of_memory_does_not_train_again(world: World) -> None:
    world.ports.deployments.fails_with = "torch.OutOfMemoryError: CUDA out of memory."
    run = world.until_state(world.start_run("support/faq.jsonl"), State.FAILED)
    assert (run.attempt, run.results.failure, len(world.ports.jobs.submitted)) == (1, "cuda_out_of_memory", 1)
    assert "TUNEDROP_INSTANCE_TYPE" in (run.results.error or "")


@pytest.mark.parametrize("error", ["PreemptionError: pre-empted", "TooManyRequests"])
def test_a_preempted_or_throttled_job_is_retried_once(world: World, error: str) -> None:
    run_id = world.start_run("support/faq.jsonl")
    for attempt in (1, 2):
        fail_training(world, run_id, attempt, error)
    run = world.until_state(run_id, State.FAILED)
    assert (run.attempt, len(world.ports.jobs.submitted)) == (2, 2)
    assert run.results.error


@pytest.mark.parametrize(("trainings", "is_held"), [(1.5, True), (2.5, False)])
def test_an_automatic_retry_that_would_exceed_the_budget_waits_for_an_approval(trainings: float, is_held: bool) -> None:
    world = World(budget_per_run_usd=price_of_training() * trainings)
    run_id = world.start_run("support/faq.jsonl")
    fail_training(world, run_id, 1, "CUDA out of memory")
    world.until(lambda: world.run(run_id).attempt == 2)
    run = world.run(run_id)
    assert (run.hold_reason is not None) is is_held
    world.clock.advance(3600)
    world.round()
    assert len(world.ports.jobs.submitted) == (1 if is_held else 2)
    if is_held:
        assert "Training 2 times would cost about" in (run.hold_reason or "")
        assert (run.hold_reason or "") in world.ports.runs.timeline(run_id, "support")[-1].note
        decide("support", run_id, "approve", "ann", world.ports)
    world.until_state(run_id, State.LIVE)


def test_a_retry_of_unknown_price_waits_for_an_approval_but_a_retry_without_training_does_not() -> None:
    world = World(instance_type="Standard_Unheard_of")
    run_id = world.start_run("support/faq.jsonl")
    world.until(lambda: world.run(run_id).hold_reason is not None)
    decide("support", run_id, "approve", "ann", world.ports)
    fail_training(world, run_id, 1, "CUDA out of memory")
    world.until(lambda: world.run(run_id).attempt == 2 and world.run(run_id).hold_reason is not None)
    world = World(budget_per_run_usd=price_of_training())
    world.ports.deployments.fails_with = "TooManyRequests"
    run = world.until_state(world.start_run("support/faq.jsonl"), State.FAILED)
    assert (run.attempt, len(world.ports.deployments.created), len(world.ports.jobs.submitted)) == (2, 2, 1)


def test_a_person_who_retries_a_run_approves_its_cost() -> None:
    world = World(budget_per_run_usd=price_of_training())
    run_id = world.start_run("support/faq.jsonl")
    fail_training(world, run_id, 1, "Something else.")
    world.until_state(run_id, State.FAILED)
    decide("support", run_id, "retry", "ann", world.ports)
    world.until_state(run_id, State.LIVE)


def test_a_cancelled_run_is_not_retried_automatically(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    fail_training(world, run_id, 1, "CUDA out of memory")
    ask("support", run_id, Intent.CANCEL, world.ports)
    world.until(lambda: world.run(run_id).state in ENDS)
    assert world.run(run_id).attempt == 1


def test_a_retried_run_keeps_the_hyperparameters_that_its_failure_changed(world: World) -> None:
    run_id = world.start_run("support/faq.jsonl")
    fail_training(world, run_id, 1, "CUDA out of memory")
    fail_training(world, run_id, 2, "Something else.")
    world.until_state(run_id, State.FAILED)
    decide("support", run_id, "retry", "ann", world.ports)
    world.until_state(run_id, State.LIVE)
    assert world.ports.jobs.submitted[2].hyperparameters == world.ports.jobs.submitted[1].hyperparameters


def test_a_run_that_fails_before_it_is_prepared_is_not_retried_automatically(world: World) -> None:
    def refuse(container: str, path: str) -> None:
        raise NotFoundError("TooManyRequests")

    run_id = world.start_run("support/faq.jsonl")
    world.ports.blobs.info = refuse  # type: ignore[method-assign]
    run = world.until_state(run_id, State.FAILED)
    assert (run.results.failure, run.results.automatic_retry) == ("throttled", None)
    assert "tried once more" not in (run.results.error or "")


def test_an_existing_job_with_the_same_fingerprint_is_adopted(world: World) -> None:
    submit = world.ports.jobs.submit

    def submit_without_reply(job: TrainingJob, before: datetime | None = None) -> None:
        world.ports.jobs.submit = submit  # type: ignore[method-assign]
        submit(job)
        raise OutageError("The answer was lost.")

    world.ports.jobs.submit = submit_without_reply  # type: ignore[method-assign]
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.LIVE)
    assert len(world.ports.jobs.submitted) == 1


def test_an_existing_job_with_another_fingerprint_fails_the_run(world: World) -> None:
    submit = world.ports.jobs.submit

    def submit_another_first(job: TrainingJob, before: datetime | None = None) -> None:
        world.ports.jobs.submit = submit  # type: ignore[method-assign]
        submit(job.model_copy(update={"fingerprint": "another"}))
        submit(job)

    world.ports.jobs.submit = submit_another_first  # type: ignore[method-assign]
    run = world.until_state(world.start_run("support/faq.jsonl"), State.FAILED)
    assert "another fingerprint" in (run.results.error or "")


def test_an_existing_deployment_of_another_model_fails_the_run(world: World) -> None:
    get = world.ports.deployments.get

    def get_with_another_model(endpoint: str, name: str) -> Deployment | None:
        deployment = get(endpoint, name)
        return deployment.model_copy(update={"model": "support:another"}) if deployment else None

    world.ports.deployments.get = get_with_another_model  # type: ignore[method-assign]
    run = world.until_state(world.start_run("support/faq.jsonl"), State.FAILED)
    assert "serves support:another" in (run.results.error or "")


def test_a_failure_that_the_app_detects_itself_keeps_its_own_remedy(world: World) -> None:
    world.ports.catalog.base_models.clear()
    run = world.until_state(world.start_run("support/faq.jsonl"), State.FAILED)
    assert run.results.failure == "retired_model"
    assert "TUNEDROP_BASE_MODEL" in (run.results.error or "")
