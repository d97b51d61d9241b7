from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.core.errors import ConflictError, ThrottledError, TunedropError
from tests.contract.laptop import Laptop
from tests.contract.ports.conftest import azure_ports
from tests.contract.ports.worlds import StandIn, World


class TestJobs:
    def test_a_job_runs_and_completes_with_metrics(self, world: World, project: str) -> None:
        job = world.job(project)
        world.ports.jobs.submit(job)
        running = world.ports.jobs.get(job.name)
        assert running is not None
        assert (running.name, running.status, running.fingerprint) == (job.name, "running", job.fingerprint)
        world.until(lambda: world.status(job.name) == "completed", "the job completes")
        assert world.ports.jobs.metrics(job.name)["train_loss"] == 0.5

    def test_an_absent_job_is_none_and_has_no_metrics(self, world: World, project: str) -> None:
        assert world.ports.jobs.get(f"{project}-none-1") is None
        assert world.ports.jobs.metrics(f"{project}-none-1") == {}

    def test_a_job_can_be_submitted_repeatedly(self, world: World, project: str) -> None:
        job = world.job(project)
        world.ports.jobs.submit(job)
        world.ports.jobs.submit(job)
        assert world.status(job.name) == "running"

    def test_the_same_name_with_another_fingerprint_is_a_conflict(self, world: World, project: str) -> None:
        job = world.job(project)
        world.ports.jobs.submit(job)
        with pytest.raises(ConflictError):
            world.ports.jobs.submit(job.model_copy(update={"fingerprint": "another"}))

    def test_jobs_can_be_submitted_at_the_same_time(self, world: World, project: str) -> None:
        jobs = [world.job(f"{project}-{letter}") for letter in "abcdefgh"]
        with ThreadPoolExecutor(len(jobs)) as threads:
            list(threads.map(world.ports.jobs.submit, jobs))
        submitted = [world.ports.jobs.get(job.name) for job in jobs]
        assert [job.fingerprint for job in submitted if job] == [job.fingerprint for job in jobs]

    def test_a_job_can_be_cancelled_repeatedly(self, world: World, project: str) -> None:
        job = world.job(project)
        world.ports.jobs.submit(job)
        world.ports.jobs.cancel(job.name)
        world.ports.jobs.cancel(job.name)
        world.until(lambda: world.status(job.name) == "cancelled", "the job is cancelled")

    def test_cancelling_an_ended_or_absent_job_does_nothing(self, world: World, project: str) -> None:
        job = world.job(project)
        world.train(job)
        world.ports.jobs.cancel(job.name)
        world.ports.jobs.cancel(f"{project}-none-1")
        assert world.status(job.name) == "completed"

    def test_a_failed_job_has_an_error(self, world: World, project: str) -> None:
        job = world.job(project)
        world.submit_failing(job, "CUDA out of memory.")
        world.until(lambda: world.status(job.name) == "failed", "the job fails")
        failed = world.ports.jobs.get(job.name)
        assert failed is not None
        assert "CUDA out of memory." in (failed.error or "")

    def test_ours_are_those_with_our_tag_including_ended_ones(self, world: World, project: str) -> None:
        ended, foreign, running = (world.job(project, attempt) for attempt in (1, 2, 3))
        world.train(ended)
        world.ports.jobs.submit(foreign.model_copy(update={"tags": {"project": project}}))
        world.ports.jobs.submit(running)
        ours = {job.name: job for job in world.ports.jobs.tagged() if job.name.startswith(project)}
        assert {name: job.status for name, job in ours.items()} == {ended.name: "completed", running.name: "running"}
        assert ours[running.name].tags == {**running.tags, "fingerprint": running.fingerprint}


class TestAzureMLJobs:
    def test_a_job_is_created_once_with_the_lessons_settings(
        self, workspace: World, stand_in: StandIn, project: str
    ) -> None:
        job = workspace.job(project)
        workspace.ports.jobs.submit(job)
        workspace.ports.jobs.submit(job)
        [request] = stand_in.requests(method="PUT", path=f"/jobs/{job.name}")
        body = request["body"]["properties"]
        assert body["displayName"] == job.display_name
        assert body["experimentName"] == job.experiment
        assert body["settings"] == {"force_rerun": True, "continue_on_step_failure": False, "_source": "DSL"}
        assert body["identity"]["identityType"] == "Managed"
        assert body["tags"] == {**job.tags, "fingerprint": job.fingerprint}
        assert list(body["outputs"]) == ["trained_model"]

    def test_the_component_gets_all_files_the_model_and_the_cluster(
        self, workspace: World, stand_in: StandIn, project: str
    ) -> None:
        job = workspace.job(project)
        workspace.ports.jobs.submit(job)
        [request] = stand_in.requests(method="PUT", path=f"/jobs/{job.name}")
        [node] = request["body"]["properties"]["jobs"].values()
        inputs = {name: declared.get("value", declared.get("uri")) for name, declared in node["inputs"].items()}
        assert node["componentId"] == job.component
        assert inputs == {
            "mlflow_model_path": job.base_model,
            "train_file_path": job.train,
            "validation_file_path": job.validation,
            "test_file_path": job.test,
            "compute_model_import": "gpu-cluster",
            "compute_preprocess": "gpu-cluster",
            "compute_finetune": "gpu-cluster",
            "compute_model_evaluation": "gpu-cluster",
            "number_of_gpu_to_use_finetuning": "1",
            "num_train_epochs": "2",
            "apply_lora": "true",
            "learning_rate": "2e-05",
        }

    def test_a_job_names_the_user_assigned_identity(self, identified: Laptop, stand_in: StandIn, project: str) -> None:
        settings = {**stand_in.settings, "training_identity": "11111111-2222-3333-4444-555555555555"}
        world = stand_in.world(azure_ports(identified, **settings))
        job = world.job(project)
        world.ports.jobs.submit(job)
        [request] = stand_in.requests(method="PUT", path=f"/jobs/{job.name}")
        assert request["body"]["properties"]["identity"]["clientId"] == settings["training_identity"]

    def test_a_job_that_another_worker_created_meanwhile_is_adopted(
        self, workspace: World, stand_in: StandIn, project: str
    ) -> None:
        job = workspace.job(project)
        workspace.ports.jobs.submit(job)
        stand_in.arm(method="GET", path=f"/jobs/{job.name}$", status=404, code="UserError", message="Not yet seen.")
        workspace.ports.jobs.submit(job.model_copy(update={"display_name": "Another"}))
        other = {"hyperparameters": {"num_train_epochs": 3}, "fingerprint": "another"}
        stand_in.arm(method="GET", path=f"/jobs/{job.name}$", status=404, code="UserError", message="Not yet seen.")
        with pytest.raises(ConflictError, match="another fingerprint"):
            workspace.ports.jobs.submit(job.model_copy(update=other))

    def test_an_input_that_the_service_rejects_is_our_error(self, workspace: World, project: str) -> None:
        job = workspace.job(project, compute="no-such-cluster")
        with pytest.raises(TunedropError, match=f"job {job.name}: ") as raised:
            workspace.ports.jobs.submit(job)
        assert not isinstance(raised.value, ConflictError)

    def test_an_input_that_the_sdk_rejects_is_our_error(self, workspace: World, project: str) -> None:
        job = workspace.job(project, hyperparameters={"no_such_input": 1})
        with pytest.raises(TunedropError, match="no_such_input"):
            workspace.ports.jobs.submit(job)

    def test_a_job_that_completes_although_a_step_failed_has_failed(
        self, workspace: World, stand_in: StandIn, project: str
    ) -> None:
        job = workspace.job(project)
        stand_in.arm(on="step", path=f"{job.name}/convert", message="No space left.", tolerated=True)
        workspace.train(job)
        failed = workspace.ports.jobs.get(job.name)
        assert failed is not None
        assert (failed.status, failed.azure_status) == ("failed", "Completed")
        assert (failed.error or "").startswith(
            "The pipeline completed although a step failed: ft_nlp_model_converter: "
        )
        assert "No space left." in (failed.error or "")

    def test_throttling_is_reported_without_another_try(
        self, throttled: World, stand_in: StandIn, project: str
    ) -> None:
        job = throttled.job(project)
        stand_in.arm(method="PUT", path=f"/jobs/{job.name}$", status=429, headers={"Retry-After": "17"})
        with pytest.raises(ThrottledError) as raised:
            throttled.ports.jobs.submit(job)
        assert raised.value.retry_after == 17
        assert len(stand_in.requests(method="PUT", path=f"/jobs/{job.name}")) == 1

    def test_throttling_of_a_write_holds_back_all_writes_of_the_process(
        self, throttled: World, stand_in: StandIn, project: str
    ) -> None:
        rejected, other = throttled.job(project), throttled.job(f"{project}-b")
        stand_in.arm(method="PUT", path=f"/jobs/{rejected.name}$", status=429, headers={"Retry-After": "17"})
        with pytest.raises(ThrottledError):
            throttled.ports.jobs.submit(rejected)
        with pytest.raises(ThrottledError) as raised:
            throttled.ports.jobs.submit(other)
        assert 0 < raised.value.retry_after <= 17
        assert not stand_in.requests(method="PUT", path=f"/jobs/{other.name}")
        with pytest.raises(ThrottledError):
            throttled.ports.endpoints.create(f"{project}-none", {})
        assert throttled.ports.jobs.get(rejected.name) is None
