"""Protocols of everything outside the app. Steps take them; ``gateways/`` and the tests' doubles implement them.

All calls are synchronous. Absence is ``None``, never an exception. Every ``create`` can be repeated: the same name with
the same content is a success. A call only starts a long operation: read its state with ``get``.

Raises:
    ConflictError: a conditional write lost, or the name is in use for something else.
    ThrottledError: Azure asks to come back later; or ``before`` has passed, and nothing was created.
    QuotaError: Azure has no quota or capacity.

``before`` is the time until when a call may create something that its run then owns; ``None``: any time.
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
    """A run's place in a queue. Positions sort in the order in which they are served."""

    since: datetime
    """When the run was created: the order of arrival."""
    run_id: str
    project: str
    queue: Queue


@dataclass(frozen=True)
class ActiveRow:
    """A row of the index of runs that have not ended."""

    project: str
    run_id: str
    next_due: datetime
    waiting: QueuePosition | None
    requested_at: datetime | None
    """When the advance that is due was last requested; ``None``: not since the row was put."""
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
        """The content of a blob of any size, in pieces.

        Raises:
            ConflictError: the blob is no longer the version ``etag``, or is gone.
        """
        ...

    def write(self, container: str, path: str, chunks: Iterable[bytes], content_type: str) -> None:
        """Replace a blob. Nothing is visible until all of it is written."""
        ...

    def create(self, container: str, path: str, chunks: Iterable[bytes], content_type: str) -> bool:
        """Write a blob where none exists; ``False`` if one exists, whatever its content."""
        ...

    def stage(self, container: str, path: str, block: str, content: bytes) -> None:
        """Upload one block of a blob. Nothing is visible yet. All block names of a blob have the same length."""
        ...

    def commit(self, container: str, path: str, blocks: Sequence[str], content_type: str) -> str:
        """Replace a blob by staged blocks, in this order, and drop its other blocks; the new ETag.

        Raises:
            ConflictError: a block is missing, because another writer committed the blob meanwhile.
        """
        ...

    def within(self, container: str, prefix: str = "") -> Iterator[BlobInfo]: ...

    def delete(self, container: str, path: str) -> None:
        """Delete a blob. An absent blob is a success."""
        ...


class Runs(Protocol):
    def get(self, project: str, run_id: str) -> Stored[Run] | None: ...

    def create(self, run: Run) -> bool:
        """Insert a run; ``False`` if it exists already."""
        ...

    def replace(self, run: Run, etag: str) -> str:
        """Replace the row if it is still the one that was read; the new ETag.

        Raises:
            ConflictError: it is not.
        """
        ...

    def all(self, project: str | None = None) -> Iterator[Run]: ...

    def append(self, run: Run, entry: TimelineEntry) -> None:
        """Add a timeline entry. The same ``seq`` twice is one entry."""
        ...

    def timeline(self, run_id: str, project: str) -> list[TimelineEntry]: ...


class Active(Protocol):
    """Index of the runs that have not ended: a row is written before the run's record, and removed after its end."""

    def put(self, project: str, run_id: str, next_due: datetime, waiting: QueuePosition | None = None) -> None:
        """Say when a run is to be looked at next, and which queue it waits in. The advance is not requested yet."""
        ...

    def mark_requested(self, row: ActiveRow, now: datetime) -> None:
        """Remember that the advance was requested, unless the row has changed since it was read."""
        ...

    def remove(self, project: str, run_id: str) -> None: ...

    def due(self, now: datetime) -> Iterator[ActiveRow]:
        """Rows that are due, the longest due first."""
        ...

    def waiting(self, queue: Queue, project: str | None = None) -> list[ActiveRow]:
        """Rows that wait in a queue, in the order in which they are served."""
        ...


class Projects(Protocol):
    """Serving, lease and usage of each project, in separate rows, so that a busy scorer never blocks a promotion.

    One more row, capacity, belongs to the whole app.
    """

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
        """Write an entry. Its key is the endpoint's name, so the same entry twice is one entry."""
        ...

    def entries(self, project: str | None = None) -> list[LedgerEntry]: ...


class AdvanceQueue(Protocol):
    def send(self, project: str, run_id: str) -> None:
        """Request ``advance(run)``. It is delivered at least once."""
        ...


class Catalog(Protocol):
    """What a job can use: base models and the component in the registry, and clusters."""

    def foundation_model(self, name: str) -> FoundationModel | None: ...

    def component(self) -> Component: ...

    def compute(self, name: str) -> Compute | None: ...

    def computes(self) -> list[Compute]: ...


class Jobs(Protocol):
    def submit(self, job: TrainingJob, before: datetime | None = None) -> None:
        """Create the job.

        Raises:
            ConflictError: a job with this name and another fingerprint exists.
        """
        ...

    def get(self, name: str) -> Job | None: ...

    def cancel(self, name: str) -> None:
        """Request cancellation. A job that has ended or is absent is left alone."""
        ...

    def metrics(self, name: str) -> dict[str, float]:
        """The last value of each metric of the job and its children."""
        ...

    def tagged(self) -> Iterator[Job]:
        """Jobs with our tag, ended ones too, without the reason of a failure."""
        ...


class Models(Protocol):
    def register(self, model: RegisteredModel, before: datetime | None = None) -> None: ...

    def get(self, name: str, version: str) -> RegisteredModel | None: ...

    def delete(self, name: str, version: str) -> None:
        """Delete a version. An absent version is a success."""
        ...

    def tagged(self) -> Iterator[RegisteredModel]:
        """Model versions with our tag."""
        ...


class Endpoints(Protocol):
    def get(self, name: str) -> Endpoint | None: ...

    def create(self, name: str, tags: Mapping[str, str], before: datetime | None = None) -> None: ...

    def set_traffic(self, name: str, traffic: Mapping[str, int]) -> None: ...

    def delete(self, name: str) -> None: ...

    def tagged(self) -> Iterator[Endpoint]:
        """Endpoints with our tag, without the reason of a failure."""
        ...


class Deployments(Protocol):
    def get(self, endpoint: str, name: str) -> Deployment | None: ...

    def create(self, spec: DeploymentSpec, before: datetime | None = None) -> None: ...

    def delete(self, endpoint: str, name: str) -> None: ...

    def of(self, endpoint: str) -> Iterator[Deployment]: ...


class Scorer(Protocol):
    def score(self, scoring_uri: str, body: Mapping[str, Any], deployment: str | None = None) -> Any:
        """The decoded answer of a deployment to the lesson's body.

        Args:
            deployment: its name; ``None``: the endpoint's traffic decides.

        Raises:
            ScoringError: it answered with an error, or not at all.
        """
        ...


class Notices(Protocol):
    def publish(self, run: Run, notices: list[Notice]) -> None:
        """Publish notices of a run to the topic.

        Raises:
            NoticeError: the topic does not accept them now; publish them again later.
        """
        ...


@dataclass(frozen=True)
class Ports:
    """All collaborators of the engine. ``wiring`` joins them."""

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
