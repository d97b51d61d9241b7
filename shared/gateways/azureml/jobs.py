"""``ports.Jobs``: the fine-tuning pipeline job."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from shared.core.errors import ConflictError, TunedropError
from shared.core.naming import MANAGED_BY, OURS
from shared.gateways.azureml import error_messages, metrics, pipeline, start_deadline
from shared.gateways.azureml.arm import Json
from shared.gateways.azureml.client import AzureML, translate_sdk_errors
from shared.models.training import Job, JobStatus, TrainingJob

_ENDED: Final[Mapping[str, JobStatus]] = {"completed": "completed", "failed": "failed", "canceled": "cancelled"}
"""Our status by Azure's, in lower case; any other means that the job runs."""


class AzureMLJobs:
    """Jobs whose names we choose, so that a job that is submitted twice is one job."""

    def __init__(self, azureml: AzureML) -> None:
        self._azureml = azureml
        self._arm = azureml.arm

    def submit(self, job: TrainingJob, before: datetime | None = None) -> None:
        """Create a job, unless it exists with the same fingerprint.

        Raises:
            ConflictError: a job of that name exists with another fingerprint.
            ThrottledError: Azure asked to wait, or ``before`` has passed.
            TunedropError: Azure or its SDK rejected the job.
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
        """The current state of a job; ``None`` if absent."""
        body = self._arm.get(f"jobs/{name}")
        return None if body is None else self._with_error(_job(body))

    def cancel(self, name: str) -> None:
        """Request cancellation; nothing happens if the job is absent or has ended."""
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
        """The last value of each metric of the job and its children; none if the job is absent."""
        body = self._arm.get(f"jobs/{name}")
        return {} if body is None else metrics.latest(self._arm, name, body["properties"]["experimentName"])

    def tagged(self) -> Iterator[Job]:
        """Jobs with Tunedrop's tag, ended ones too; their ``error`` is not read."""
        jobs = map(_job, self._arm.list(f"jobs?jobType=Pipeline&tag={MANAGED_BY}"))
        return (job for job in jobs if job.tags.get(MANAGED_BY) == OURS)

    def _create(self, job: TrainingJob) -> None:
        with translate_sdk_errors(f"job {job.name}"):
            self._azureml.workspace.jobs.create_or_update(pipeline.build(self._azureml, job))

    def _with_error(self, job: Job) -> Job:
        """Looks at the steps of a completed job too: a pipeline may complete although a step failed."""
        if job.status == "failed":
            return job.model_copy(update={"error": error_messages.for_job(self._arm, job.name)})
        if job.status == "completed" and (message := error_messages.for_steps(self._arm, job.name)):
            error = f"The pipeline completed although a step failed: {message}"
            return job.model_copy(update={"status": "failed", "error": error})
        return job


def _job(body: Json) -> Job:
    properties = body["properties"]
    azure_status = properties.get("status") or "NotStarted"
    tags = properties.get("tags") or {}
    return Job(
        name=body["name"],
        status=_ENDED.get(azure_status.lower(), "running"),
        azure_status=azure_status,
        fingerprint=tags.get(pipeline.FINGERPRINT_TAG),
        tags=tags,
    )
