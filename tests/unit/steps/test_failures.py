"""Jobs and deployments that fail: why, told plainly, and the attempts that follow."""

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
    run_id = world.drop("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    world.ports.jobs.fail(f"{run_id}-1", "Something else.")
    run = world.until_state(run_id, State.FAILED)
    assert (run.results.error or "").startswith("Something else.")
    assert (run.results.failure, run.results.azure_message) == (None, "Something else.")


def test_a_known_failure_is_explained(world: World) -> None:
    run_id = world.drop("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    world.ports.jobs.fail(f"{run_id}-1", "OSError: [Errno 28] No space left on device")
    run = world.until_state(run_id, State.FAILED)
    assert run.results.failure == "disk_full"
    assert (run.results.error or "").startswith("The machine's disk is full.")


def test_a_run_that_fails_for_lack_of_quota_says_what_to_do(world: World) -> None:
    def refuse(spec: DeploymentSpec, before: datetime | None = None) -> None:
        raise QuotaError("Not enough quota available for Standard_NC24ads_A100_v4.")

    world.ports.deployments.create = refuse  # type: ignore[method-assign]
    run = world.until_state(world.drop("support/faq.jsonl"), State.FAILED)
    assert run.results.failure == "quota"
    assert "Ask for quota" in (run.results.error or "")


AZURE_SAID = [
    ("liveness_probe", "(ResourceNotReady) User container has crashed or terminated: Liveness probe failed: 502"),
    ("image_pull", "(BadRequest) The request is invalid. (ImageBuildFailure) The build log is in the blob store."),
    ("sku_not_allowed", "(BadRequest) The instance type Standard_DS2_v2 is not supported for this model."),
    ("quota", f"(BadRequest) {'The request is invalid. ' * 40}Not enough quota available for Standard_F4s_v2."),
]


@pytest.mark.parametrize("what", ["endpoints", "deployments"])
@pytest.mark.parametrize(("kind", "said"), AZURE_SAID)
def test_a_failed_endpoint_or_deployment_is_explained_in_record_timeline_and_notice(
    what: str, kind: str, said: str
) -> None:
    world = World()
    getattr(world.ports, what).fails_with = said
    run = world.until_state(world.drop("support/faq.jsonl"), State.FAILED)
    world.round()
    found = next(one for one in catalogue() if one.kind == kind)
    assert (run.results.failure, run.results.azure_message) == (kind, said[:500])
    assert run.results.error == f"{found.cause} {found.remedy}"
    assert world.ports.runs.timeline(run.run_id, "support")[-1].note == run.results.error
    assert world.ports.notices.published[-1].detail == run.results.error


def test_a_vanished_job_fails_the_run(world: World) -> None:
    run_id = world.drop("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    world.ports.jobs.forget(f"{run_id}-1")
    assert "no longer exists" in (world.until_state(run_id, State.FAILED).results.error or "")


def train_until_it_fails(world: World, run_id: str, attempt: int, said: str) -> None:
    world.until(lambda: world.ports.jobs.get(f"{run_id}-{attempt}") is not None)
    world.ports.jobs.fail(f"{run_id}-{attempt}", said)


def test_a_job_that_ran_out_of_memory_is_retried_once_with_half_the_batch(world: World) -> None:
    run_id = world.drop("support/faq.jsonl")
    train_until_it_fails(world, run_id, 1, "CUDA out of memory")
    run = world.until_state(run_id, State.LIVE)
    first, second = world.ports.jobs.submitted
    asked = [job.hyperparameters["per_device_train_batch_size"] for job in (first, second)]
    assert asked == [2, 1]
    assert second.hyperparameters["gradient_accumulation_steps"] == 2
    assert (run.attempt, second.name) == (2, f"{run_id}-2")
    assert first.fingerprint != second.fingerprint
    assert [(decision.what, decision.by) for decision in run.decisions] == [("retry", "tunedrop")]
    notes = [entry.note for entry in world.ports.runs.timeline(run_id, "support")]
    assert "Attempt 2: It is tried once more with half the batch." in notes


def test_a_deployment_that_ran_out_of_memory_does_not_train_again(world: World) -> None:
    world.ports.deployments.fails_with = "torch.OutOfMemoryError: CUDA out of memory."
    run = world.until_state(world.drop("support/faq.jsonl"), State.FAILED)
    assert (run.attempt, run.results.failure, len(world.ports.jobs.submitted)) == (1, "cuda_out_of_memory", 1)
    assert "TUNEDROP_INSTANCE_TYPE" in (run.results.error or "")


@pytest.mark.parametrize("said", ["PreemptionError: pre-empted", "TooManyRequests"])
def test_a_preempted_or_throttled_job_is_retried_once(world: World, said: str) -> None:
    run_id = world.drop("support/faq.jsonl")
    for attempt in (1, 2):
        train_until_it_fails(world, run_id, attempt, said)
    run = world.until_state(run_id, State.FAILED)
    assert (run.attempt, len(world.ports.jobs.submitted)) == (2, 2)
    assert run.results.error


@pytest.mark.parametrize(("trainings", "held"), [(1.5, True), (2.5, False)])
def test_an_automatic_retry_that_would_exceed_the_budget_waits_for_an_approval(trainings: float, held: bool) -> None:
    world = World(budget_per_run_usd=price_of_training() * trainings)
    run_id = world.drop("support/faq.jsonl")
    train_until_it_fails(world, run_id, 1, "CUDA out of memory")
    world.until(lambda: world.run(run_id).attempt == 2)
    run = world.run(run_id)
    assert (run.hold_reason is not None) is held
    world.clock.advance(3600)
    world.round()
    assert len(world.ports.jobs.submitted) == (1 if held else 2)
    if held:
        assert "Training 2 times would cost about" in (run.hold_reason or "")
        assert (run.hold_reason or "") in world.ports.runs.timeline(run_id, "support")[-1].note
        decide("support", run_id, "approve", "ann", world.ports)
    world.until_state(run_id, State.LIVE)


def test_a_retry_of_unknown_price_waits_for_an_approval_but_a_retry_without_training_does_not() -> None:
    world = World(instance_type="Standard_Unheard_of")
    run_id = world.drop("support/faq.jsonl")
    world.until(lambda: world.run(run_id).hold_reason is not None)
    decide("support", run_id, "approve", "ann", world.ports)
    train_until_it_fails(world, run_id, 1, "CUDA out of memory")
    world.until(lambda: world.run(run_id).attempt == 2 and world.run(run_id).hold_reason is not None)
    world = World(budget_per_run_usd=price_of_training())
    world.ports.deployments.fails_with = "TooManyRequests"
    run = world.until_state(world.drop("support/faq.jsonl"), State.FAILED)
    assert (run.attempt, len(world.ports.deployments.created), len(world.ports.jobs.submitted)) == (2, 2, 1)


def test_a_person_who_retries_a_run_approves_its_cost() -> None:
    world = World(budget_per_run_usd=price_of_training())
    run_id = world.drop("support/faq.jsonl")
    train_until_it_fails(world, run_id, 1, "Something else.")
    world.until_state(run_id, State.FAILED)
    decide("support", run_id, "retry", "ann", world.ports)
    world.until_state(run_id, State.LIVE)


def test_a_cancelled_run_is_not_retried_automatically(world: World) -> None:
    run_id = world.drop("support/faq.jsonl")
    train_until_it_fails(world, run_id, 1, "CUDA out of memory")
    ask("support", run_id, Intent.CANCEL, world.ports)
    world.until(lambda: world.run(run_id).state in ENDS)
    assert world.run(run_id).attempt == 1


def test_a_retried_run_keeps_the_hyperparameters_that_its_failure_changed(world: World) -> None:
    run_id = world.drop("support/faq.jsonl")
    train_until_it_fails(world, run_id, 1, "CUDA out of memory")
    train_until_it_fails(world, run_id, 2, "Something else.")
    world.until_state(run_id, State.FAILED)
    decide("support", run_id, "retry", "ann", world.ports)
    world.until_state(run_id, State.LIVE)
    assert world.ports.jobs.submitted[2].hyperparameters == world.ports.jobs.submitted[1].hyperparameters


def test_a_run_that_fails_before_it_is_prepared_is_not_retried_automatically(world: World) -> None:
    def refuse(container: str, path: str) -> None:
        raise NotFoundError("TooManyRequests")

    run_id = world.drop("support/faq.jsonl")
    world.ports.blobs.info = refuse  # type: ignore[method-assign]
    run = world.until_state(run_id, State.FAILED)
    assert (run.results.failure, run.results.automatic_retry) == ("throttled", None)
    assert "tried once more" not in (run.results.error or "")


def test_an_existing_job_with_the_same_fingerprint_is_adopted(world: World) -> None:
    submit = world.ports.jobs.submit

    def lost(job: TrainingJob, before: datetime | None = None) -> None:
        world.ports.jobs.submit = submit  # type: ignore[method-assign]
        submit(job)
        raise OutageError("The answer was lost.")

    world.ports.jobs.submit = lost  # type: ignore[method-assign]
    run_id = world.drop("support/faq.jsonl")
    world.until_state(run_id, State.LIVE)
    assert len(world.ports.jobs.submitted) == 1


def test_an_existing_job_with_another_fingerprint_fails_the_run(world: World) -> None:
    submit = world.ports.jobs.submit

    def taken(job: TrainingJob, before: datetime | None = None) -> None:
        world.ports.jobs.submit = submit  # type: ignore[method-assign]
        submit(job.model_copy(update={"fingerprint": "another"}))
        submit(job)

    world.ports.jobs.submit = taken  # type: ignore[method-assign]
    run = world.until_state(world.drop("support/faq.jsonl"), State.FAILED)
    assert "another fingerprint" in (run.results.error or "")


def test_an_existing_deployment_of_another_model_fails_the_run(world: World) -> None:
    get = world.ports.deployments.get

    def another(endpoint: str, name: str) -> Deployment | None:
        found = get(endpoint, name)
        return found.model_copy(update={"model": "support:another"}) if found else None

    world.ports.deployments.get = another  # type: ignore[method-assign]
    run = world.until_state(world.drop("support/faq.jsonl"), State.FAILED)
    assert "serves support:another" in (run.results.error or "")


def test_a_failure_that_the_app_detects_itself_keeps_its_own_remedy(world: World) -> None:
    world.ports.catalog.base_models.clear()
    run = world.until_state(world.drop("support/faq.jsonl"), State.FAILED)
    assert run.results.failure == "retired_model"
    assert "TUNEDROP_BASE_MODEL" in (run.results.error or "")
