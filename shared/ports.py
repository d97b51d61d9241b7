"""Protocols of everything outside. Steps take these; ``gateways/`` and the tests' doubles implement them.

All are synchronous. Absence is ``None``, never an exception. A conditional write that lost raises
``ConflictError``; throttling raises ``ThrottledError``; missing quota raises ``QuotaError``. Every
``create`` can be repeated: the same name with the same content is a success, with other content a
``ConflictError``. What runs own in Azure ML is asked for ``before`` a time or not at all, which raises
``ThrottledError``; ``None``: whenever. Long operations are started and left: read their state with ``get``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from shared.core.settings import Settings
from shared.models.hosting import Deployment, DeploymentSpec, Endpoint
from shared.models.project import Capacity, Lease, LedgerEntry, Serving, Usage
from shared.models.run import Notice, Queue, Run, TimelineEntry
from shared.models.training import Component, Compute, FoundationModel, Job, RegisteredModel, TrainingJob

T = TypeVar("T")


@dataclass(frozen=True)
class Stored(Generic[T]):
    """A value with the ETag of the row it was read from."""

    value: T
    etag: str


@dataclass(frozen=True)
class BlobInfo:
    """One blob of a listing. ``etag`` without quotes, ``size`` in bytes."""

    path: str
    etag: str
    size: int
    last_modified: datetime


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC."""
        ...


class QueuePosition(NamedTuple):
    """A run that waits in a queue; in the order in which they are served."""

    since: datetime
    """When the run was made: the order of arrival."""
    run_id: str
    project: str
    queue: Queue


@dataclass(frozen=True)
class ActiveRow:
    """A row of the index of what still moves."""

    project: str
    run_id: str
    next_due: datetime
    waiting: QueuePosition | None
    requested_at: datetime | None
    """When somebody last asked for the advance that is due; ``None`` if nobody has since the row was put."""
    etag: str


class Blobs(Protocol):
    @property
    def account(self) -> str:
        """Name of the storage account."""
        ...

    def info(self, container: str, path: str) -> BlobInfo | None: ...

    def read(self, container: str, path: str) -> bytes | None:
        """A small blob, whole."""
        ...

    def chunks(self, container: str, path: str, etag: str) -> Iterator[bytes]:
        """A blob of any size, in pieces.

        Raises:
            ConflictError: the blob is no longer the version ``etag``, or is gone.
        """
        ...

    def write(self, container: str, path: str, chunks: Iterable[bytes], content_type: str) -> None:
        """Replace a blob. Nothing is visible until all of it is there."""
        ...

    def create(self, container: str, path: str, chunks: Iterable[bytes], content_type: str) -> bool:
        """Write a blob where there is none; ``False`` if there is one already, whatever is in it."""
        ...

    def stage(self, container: str, path: str, block: str, content: bytes) -> None:
        """Upload a block of a blob in the making. Nothing is visible; names of its blocks are of one length."""
        ...

    def commit(self, container: str, path: str, blocks: Sequence[str], content_type: str) -> str:
        """Replace a blob by blocks that were staged, in this order, and drop its others; the new ETag.

        Raises:
            ConflictError: one of them is not there, since another writer committed the blob meanwhile.
        """
        ...

    def within(self, container: str, prefix: str = "") -> Iterator[BlobInfo]: ...

    def delete(self, container: str, path: str) -> None:
        """Delete a blob; one that is absent is deleted already."""
        ...


class Runs(Protocol):
    def get(self, project: str, run_id: str) -> Stored[Run] | None: ...

    def create(self, run: Run) -> bool:
        """Insert; ``False`` if the run exists already."""
        ...

    def replace(self, run: Run, etag: str) -> str:
        """Write forward if nobody else did; the new ETag.

        Raises:
            ConflictError: the row is not the one read.
        """
        ...

    def all(self, project: str | None = None) -> Iterator[Run]: ...

    def append(self, run: Run, entry: TimelineEntry) -> None:
        """Add a timeline row; the same ``seq`` twice is one row."""
        ...

    def timeline(self, run_id: str, project: str) -> list[TimelineEntry]: ...


class Active(Protocol):
    """Index of what still moves: written before the run's row, removed after its end."""

    def put(self, project: str, run_id: str, next_due: datetime, waiting: QueuePosition | None = None) -> None:
        """Say when a run is to be looked at next, and what it waits for; nobody has asked for that yet."""
        ...

    def mark_requested(self, row: ActiveRow, now: datetime) -> None:
        """Remember that an advance was asked for, unless the row is no longer the one read."""
        ...

    def remove(self, project: str, run_id: str) -> None: ...

    def due(self, now: datetime) -> Iterator[ActiveRow]:
        """What is due, longest due first."""
        ...

    def waiting(self, queue: Queue, project: str | None = None) -> list[ActiveRow]:
        """What waits in a queue, longest first."""
        ...


class Projects(Protocol):
    """One row each for serving, lease and usage, so that a busy scorer never blocks a promotion; one for capacity."""

    def serving(self, project: str) -> Stored[Serving] | None: ...

    def create_serving(self, serving: Serving) -> bool: ...

    def replace_serving(self, serving: Serving, etag: str) -> str: ...

    def all_serving(self) -> Iterator[Stored[Serving]]: ...

    def capacity(self) -> Stored[Capacity] | None: ...

    def create_capacity(self, capacity: Capacity) -> bool: ...

    def replace_capacity(self, capacity: Capacity, etag: str) -> str: ...

    def lease(self, project: str) -> Lease | None: ...

    def put_lease(self, lease: Lease) -> None: ...

    def remove_lease(self, project: str) -> None: ...

    def usage(self, project: str) -> list[Usage]: ...

    def put_usage(self, usage: Usage) -> None: ...


class Ledger(Protocol):
    def put(self, entry: LedgerEntry) -> None:
        """Write an entry; its key is the endpoint's name, so twice is once."""
        ...

    def entries(self, project: str | None = None) -> list[LedgerEntry]: ...


class AdvanceQueue(Protocol):
    def send(self, project: str, run_id: str) -> None:
        """Ask for ``advance(run)``, at least once."""
        ...


class Catalog(Protocol):
    """What there is to train with: base models and the component in the registry, compute."""

    def foundation_model(self, name: str) -> FoundationModel | None: ...

    def component(self) -> Component: ...

    def compute(self, name: str) -> Compute | None: ...

    def computes(self) -> list[Compute]: ...


class Jobs(Protocol):
    def submit(self, job: TrainingJob, before: datetime | None = None) -> None:
        """Create the job.

        Raises:
            ConflictError: the name is taken by a job with another fingerprint.
        """
        ...

    def get(self, name: str) -> Job | None: ...

    def cancel(self, name: str) -> None:
        """Ask for cancellation; a job that has ended or is absent is left alone."""
        ...

    def metrics(self, name: str) -> dict[str, float]:
        """Last value of each metric of the job and its children."""
        ...

    def ours(self) -> Iterator[Job]:
        """Those that bear our tag, ended ones too; why one failed is not looked up."""
        ...


class Models(Protocol):
    def register(self, model: RegisteredModel, before: datetime | None = None) -> None: ...

    def get(self, name: str, version: str) -> RegisteredModel | None: ...

    def delete(self, name: str, version: str) -> None:
        """Delete a version; one that is absent is deleted already."""
        ...

    def ours(self) -> Iterator[RegisteredModel]:
        """Versions that bear our tag."""
        ...


class Endpoints(Protocol):
    def get(self, name: str) -> Endpoint | None: ...

    def create(self, name: str, tags: Mapping[str, str], before: datetime | None = None) -> None: ...

    def set_traffic(self, name: str, traffic: Mapping[str, int]) -> None: ...

    def delete(self, name: str) -> None: ...

    def ours(self) -> Iterator[Endpoint]:
        """Those that bear our tag; why one failed is not looked up."""
        ...


class Deployments(Protocol):
    def get(self, endpoint: str, name: str) -> Deployment | None: ...

    def create(self, spec: DeploymentSpec, before: datetime | None = None) -> None: ...

    def delete(self, endpoint: str, name: str) -> None: ...

    def of(self, endpoint: str) -> Iterator[Deployment]: ...


class Scorer(Protocol):
    def score(self, scoring_uri: str, body: Mapping[str, Any], deployment: str | None = None) -> Any:
        """Answer of a deployment (by traffic, or the one named) to the lesson's body, decoded.

        Raises:
            ScoringError: it answered with an error, or not at all.
        """
        ...


class Notices(Protocol):
    def publish(self, run: Run, notices: list[Notice]) -> None:
        """Tell the world.

        Raises:
            NoticeError: it could not be told; once more later.
        """
        ...


@dataclass(frozen=True)
class Ports:
    """All collaborators of the engine, joined in ``wiring``."""

    settings: Settings
    clock: Clock
    blobs: Blobs
    runs: Runs
    active: Active
    projects: Projects
    ledger: Ledger
    queue: AdvanceQueue
    catalog: Catalog
    jobs: Jobs
    models: Models
    endpoints: Endpoints
    deployments: Deployments
    scorer: Scorer
    notices: Notices
