"""``ports.Jobs``: the fine-tuning pipeline job."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from shared.core.errors import ConflictError, TunedropError
from shared.core.naming import MANAGED_BY, OURS
from shared.gateways.azureml import error_messages, metrics, pipeline, start_deadline
from shared.gateways.azureml.client import AzureML, translate_sdk_errors
from shared.models.training import Job, JobStatus, TrainingJob

_ENDED: Final[dict[str, JobStatus]] = {"completed": "completed", "failed": "failed", "canceled": "cancelled"}
FINGERPRINT_TAG: Final = "fingerprint"


class AzureMLJobs:
    """A job's name is ours, so that a job submitted twice is one job."""

    def __init__(self, azureml: AzureML) -> None:
        self._azureml = azureml
        self._arm = azureml.arm

    def submit(self, job: TrainingJob, before: datetime | None = None) -> None:
        """Create the job; one of that name with the same fingerprint is it already.

        Raises:
            ConflictError: the name is taken by a job with another fingerprint.
            ThrottledError: it was too late to ask for it.
        """
        existing = self.get(job.name)
        if existing is None:
            try:
                with start_deadline.enforced(before):
                    self._create(job)
                return
            except ConflictError:
                existing = self.get(job.name)
                if existing is None:
                    raise
        if existing.fingerprint != job.fingerprint:
            raise ConflictError(f"Job '{job.name}' exists with another fingerprint.")

    def get(self, name: str) -> Job | None:
        """A job as it stands now."""
        found = self._arm.get(f"jobs/{name}")
        return None if found is None else self._ended(_job(found))

    def cancel(self, name: str) -> None:
        """Ask for cancellation; a job that has ended or is absent is left alone."""
        job = self.get(name)
        if job is None or job.status != "running" or job.azure_status == "CancelRequested":
            return
        try:
            self._arm.call("POST", f"jobs/{name}/cancel")
        except TunedropError:
            job = self.get(name)
            if job is not None and job.status == "running":
                raise

    def metrics(self, name: str) -> dict[str, float]:
        """Last value of each metric of the job and its children; a job that is absent has none."""
        found = self._arm.get(f"jobs/{name}")
        return {} if found is None else metrics.latest(self._arm, name, found["properties"]["experimentName"])

    def ours(self) -> Iterator[Job]:
        """Those that bear our tag, ended ones too; why one failed is not looked up."""
        jobs = map(_job, self._arm.list(f"jobs?jobType=Pipeline&tag={MANAGED_BY}"))
        return (job for job in jobs if job.tags.get(MANAGED_BY) == OURS)

    def _create(self, job: TrainingJob) -> None:
        with translate_sdk_errors(f"job {job.name}"):
            self._azureml.workspace.jobs.create_or_update(pipeline.build(self._azureml, job))

    def _ended(self, job: Job) -> Job:
        """With what its steps say: a pipeline may complete although one of them failed."""
        if job.status == "failed":
            return job.model_copy(update={"error": error_messages.for_job(self._arm, job.name)})
        if job.status == "completed" and (why := error_messages.for_steps(self._arm, job.name)):
            why = f"The pipeline completed although a step failed: {why}"
            return job.model_copy(update={"status": "failed", "error": why})
        return job


def _job(found: dict[str, Any]) -> Job:
    properties = found["properties"]
    azure_status = properties.get("status") or "NotStarted"
    tags = properties.get("tags") or {}
    return Job(
        name=found["name"],
        status=_ENDED.get(azure_status.lower(), "running"),
        azure_status=azure_status,
        fingerprint=tags.get(FINGERPRINT_TAG),
        tags=tags,
    )
