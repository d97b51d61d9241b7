"""The training side of Azure ML in memory: the catalog, jobs that take time, and models."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from shared.core.errors import ConflictError
from shared.core.naming import MANAGED_BY, OURS
from shared.models.training import (
    Component,
    ComponentInput,
    Compute,
    FoundationModel,
    Job,
    JobStatus,
    RegisteredModel,
    TrainingJob,
)
from tests.doubles.clock import FakeClock

COMPONENT: Final = Component(
    id="azureml://registries/azureml/components/chat_completion_pipeline/versions/0.0.82",
    inputs={
        declared.name: declared
        for declared in (
            ComponentInput(name="num_train_epochs", type="integer", default=1, min=1),
            ComponentInput(name="per_device_train_batch_size", type="integer", default=1, min=1),
            ComponentInput(name="gradient_accumulation_steps", type="integer", default=1, min=1),
            ComponentInput(name="learning_rate", type="number", default=2e-5),
            ComponentInput(name="lr_scheduler_type", type="string", default="linear", enum=["linear", "cosine"]),
            ComponentInput(name="apply_lora", type="string", default="true", enum=["true", "false"]),
        )
    },
)
BASE_MODEL: Final = FoundationModel(
    id="azureml://registries/azureml/models/Phi-4/versions/8",
    name="Phi-4",
    version="8",
    finetune_skus=["Standard_NC24ads_A100_v4"],
    defaults={"learning_rate_min": 1e-6, "per_device_train_batch_size": 2},
    context_window=16384,
)
CLUSTER: Final = Compute(name="gpu-cluster", size="Standard_NC24ads_A100_v4", gpus=1, provisioning_state="Succeeded")


class MemoryCatalog:
    """``ports.Catalog``: tests may change its base models and clusters."""

    def __init__(self) -> None:
        self.base_models = {BASE_MODEL.name: BASE_MODEL}
        self.clusters = {CLUSTER.name: CLUSTER}

    def foundation_model(self, name: str) -> FoundationModel | None:
        return self.base_models.get(name)

    def component(self) -> Component:
        return COMPONENT

    def compute(self, name: str) -> Compute | None:
        return self.clusters.get(name)

    def computes(self) -> list[Compute]:
        return list(self.clusters.values())


@dataclass
class _Submitted:
    job: TrainingJob
    ends: datetime
    error: str | None = None
    cancelled: datetime | None = None


@dataclass
class MemoryJobs:
    """``ports.Jobs``: a job takes ``lasts`` seconds; a cancelled job stops after ``stops_in`` seconds."""

    clock: FakeClock
    lasts: float = 300.0
    stops_in: float = 10.0
    submitted: list[TrainingJob] = field(default_factory=list)
    """Every job that was created; a repeated request creates none."""
    _jobs: dict[str, _Submitted] = field(default_factory=dict)

    def submit(self, job: TrainingJob, before: datetime | None = None) -> None:
        if job.name not in self._jobs:
            self.clock.in_time(before)
        existing = self._jobs.get(job.name)
        if existing is None:
            self._jobs[job.name] = _Submitted(job, self._in(self.lasts))
            self.submitted.append(job)
        elif existing.job.fingerprint != job.fingerprint:
            raise ConflictError(f"Job '{job.name}' exists with another fingerprint.")

    def get(self, name: str) -> Job | None:
        submitted = self._jobs.get(name)
        if submitted is None:
            return None
        status, azure_status = self._status(submitted)
        return Job(
            name=name,
            status=status,
            azure_status=azure_status,
            fingerprint=submitted.job.fingerprint,
            error=submitted.error if status == "failed" else None,
            tags={**submitted.job.tags, "fingerprint": submitted.job.fingerprint},
        )

    def cancel(self, name: str) -> None:
        job = self.get(name)
        if job is not None and job.azure_status == "Running":
            self._jobs[name].cancelled = self._in(self.stops_in)

    def metrics(self, name: str) -> dict[str, float]:
        return {"train_loss": 0.5, "eval_loss": 0.7} if name in self._jobs else {}

    def tagged(self) -> Iterator[Job]:
        jobs = [job for name in self._jobs if (job := self.get(name))]
        return iter([job for job in jobs if job.tags.get(MANAGED_BY) == OURS])

    def fail(self, name: str, error: str) -> None:
        """Let a job fail now."""
        self._jobs[name].ends = self.clock.now()
        self._jobs[name].error = error

    def forget(self, name: str) -> None:
        """Let a job vanish."""
        del self._jobs[name]

    def _status(self, submitted: _Submitted) -> tuple[JobStatus, str]:
        now = self.clock.now()
        if submitted.cancelled is not None:
            return ("cancelled", "Canceled") if now >= submitted.cancelled else ("running", "CancelRequested")
        if now < submitted.ends:
            return "running", "Running"
        return ("completed", "Completed") if submitted.error is None else ("failed", "Failed")

    def _in(self, seconds: float) -> datetime:
        return self.clock.now() + timedelta(seconds=seconds)


class MemoryModels:
    """``ports.Models``."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.registered: list[RegisteredModel] = []
        """Every version that was created; a repeated request creates none."""
        self._models: dict[tuple[str, str], RegisteredModel] = {}

    def register(self, model: RegisteredModel, before: datetime | None = None) -> None:
        if self.get(model.name, model.version) is None:
            self.clock.in_time(before)
        existing = self.get(model.name, model.version)
        if existing is None:
            self.registered.append(model)
            self._models[(model.name, model.version)] = model
        elif existing.path != model.path:
            raise ConflictError(f"Model '{model.name}' has a version {model.version} of another path.")

    def get(self, name: str, version: str) -> RegisteredModel | None:
        return self._models.get((name, version))

    def delete(self, name: str, version: str) -> None:
        self._models.pop((name, version), None)

    def tagged(self) -> Iterator[RegisteredModel]:
        return iter([model for model in self._models.values() if model.tags.get(MANAGED_BY) == OURS])
