"""``ports.Runs``, ``Active``, ``Projects`` and ``Ledger`` on Azure Table Storage.

Partition and row keys of each table:

    runs      project      run:{id}, time:{id}:{seq}
    active    project      {run id}
    projects  project      serving, lease, usage:{instance}
              _platform    capacity
    ledger    project      {endpoint}

Batches are not used, because the emulator ignores ``If-Match`` in them.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from shared.core import resources
from shared.core.errors import ConflictError
from shared.core.settings import Settings
from shared.gateways.entities import from_entity, to_entity
from shared.models.project import Capacity, Lease, LedgerEntry, Serving, Usage
from shared.models.run import Queue, Run, TimelineEntry
from shared.ports import ActiveRow, QueuePosition, Stored

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.data.tables import TableClient, TableEntity

_RETRIES: Final = 3
"""Attempts after the first, per call."""
_PLATFORM: Final = "_platform"
"""Partition of rows that belong to no project. It cannot be a project, whose name begins with a letter."""


class Table:
    """The table operations that the stores below need."""

    def __init__(self, settings: Settings, credential: "TokenCredential", name: str) -> None:
        self._uri = settings.table_uri
        self._credential = credential
        self._name = name

    def get(self, partition: str, row: str) -> "TableEntity | None":
        """One entity; ``None`` if absent."""
        from azure.core.exceptions import ResourceNotFoundError

        try:
            return self._client.get_entity(partition, row)
        except ResourceNotFoundError:
            return None

    def insert(self, entity: Mapping[str, Any]) -> bool:
        """Insert; ``False`` if the key exists."""
        from azure.core.exceptions import ResourceExistsError

        try:
            self._client.create_entity(entity)
        except ResourceExistsError:
            return False
        return True

    def replace(self, entity: Mapping[str, Any], etag: str) -> str:
        """Replace the version ``etag``; returns the new ETag.

        Raises:
            ConflictError: the row has another version now, or is gone.
        """
        from azure.core import MatchConditions
        from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
        from azure.data.tables import UpdateMode

        try:
            properties = self._client.update_entity(
                entity, UpdateMode.REPLACE, etag=etag, match_condition=MatchConditions.IfNotModified
            )
        except (ResourceModifiedError, ResourceNotFoundError) as error:
            raise ConflictError(
                f"Another writer changed row '{entity['RowKey']}' of table '{self._name}' first."
            ) from error
        return str(properties["etag"])

    def put(self, entity: Mapping[str, Any]) -> None:
        """Insert or replace."""
        from azure.data.tables import UpdateMode

        self._client.upsert_entity(entity, UpdateMode.REPLACE)

    def remove(self, partition: str, row: str) -> None:
        """Delete an entity if it exists."""
        self._client.delete_entity(partition, row)

    def query(self, odata_filter: str, **values: Any) -> "Iterator[TableEntity]":
        """Entities that match an OData filter; ``values`` are its ``@name`` parameters."""
        yield from self._client.query_entities(odata_filter, parameters=values)

    def by_prefix(self, prefix: str, partition: str | None = None) -> "Iterator[TableEntity]":
        """Entities whose row key begins with ``prefix``, of one partition or of all."""
        key_range = "RowKey ge @first and RowKey lt @after"
        bounds = {"first": prefix, "after": prefix[:-1] + chr(ord(prefix[-1]) + 1)}
        if partition is None:
            return self.query(key_range, **bounds)
        return self.query(f"PartitionKey eq @partition and {key_range}", partition=partition, **bounds)

    def all(self, partition: str | None = None) -> "Iterator[TableEntity]":
        """Every entity, of one partition or of all."""
        if partition is None:
            return iter(self._client.list_entities())
        return self.query("PartitionKey eq @partition", partition=partition)

    @cached_property
    def _client(self) -> "TableClient":
        from azure.data.tables import TableClient

        return TableClient(self._uri, self._name, credential=self._credential, retry_total=_RETRIES)


class TableRuns:
    """``ports.Runs``: records and timelines."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._table = Table(settings, credential, resources.RUNS_TABLE)

    def get(self, project: str, run_id: str) -> Stored[Run] | None:
        """The record with its ETag; ``None`` if absent."""
        entity = self._table.get(project, f"run:{run_id}")
        return None if entity is None else Stored(from_entity(Run, entity), _etag(entity))

    def create(self, run: Run) -> bool:
        """Insert; ``False`` if the run exists already."""
        return self._table.insert(_run_entity(run))

    def replace(self, run: Run, etag: str) -> str:
        """Replace the record if its ETag is still ``etag``; returns the new ETag.

        Raises:
            ConflictError: another writer replaced it first.
        """
        return self._table.replace(_run_entity(run), etag)

    def all(self, project: str | None = None) -> Iterator[Run]:
        """Every run, of one project or of all."""
        return (from_entity(Run, entity) for entity in self._table.by_prefix("run:", project))

    def append(self, run: Run, entry: TimelineEntry) -> None:
        """Add a timeline entry; one with the same ``seq`` is replaced."""
        self._table.put(to_entity(run.project, f"time:{run.run_id}:{entry.seq:06d}", entry))

    def timeline(self, run_id: str, project: str) -> list[TimelineEntry]:
        """A run's timeline, in order."""
        return [from_entity(TimelineEntry, entity) for entity in self._table.by_prefix(f"time:{run_id}:", project)]


class TableActive:
    """``ports.Active``: the index of runs that have not ended."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._table = Table(settings, credential, resources.ACTIVE_TABLE)

    def put(self, project: str, run_id: str, next_due: datetime, waiting: QueuePosition | None = None) -> None:
        """Set when a run is due next and which queue it waits in; this clears ``requested_at``."""
        self._table.put(_active_entity(project, run_id, next_due, waiting))

    def mark_requested(self, row: ActiveRow, now: datetime) -> None:
        """Note that an advance was requested, unless the row has changed since it was read."""
        with suppress(ConflictError):
            entity = _active_entity(row.project, row.run_id, row.next_due, row.waiting)
            self._table.replace({**entity, "requested_at": now}, row.etag)

    def remove(self, project: str, run_id: str) -> None:
        """Remove a run that has ended, if it is there."""
        self._table.remove(project, run_id)

    def due(self, now: datetime) -> Iterator[ActiveRow]:
        """Runs that are due, the longest due first."""
        entities = self._table.query("next_due le @now", now=now)
        return iter(sorted(map(_active_row, entities), key=attrgetter("next_due")))

    def waiting(self, queue: Queue, project: str | None = None) -> list[ActiveRow]:
        """Runs that wait in a queue, the longest waiting first."""
        odata_filter = "queue eq @queue" + (" and PartitionKey eq @project" if project else "")
        entities = self._table.query(odata_filter, queue=queue, project=project)
        return sorted(map(_active_row, entities), key=attrgetter("waiting"))


class TableProjects:
    """``ports.Projects``: each project's serving, lease and usage, and the platform's capacity."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._table = Table(settings, credential, resources.PROJECTS_TABLE)

    def serving(self, project: str) -> Stored[Serving] | None:
        """The intended state of the project's endpoint, with the ETag; ``None`` if absent."""
        entity = self._table.get(project, "serving")
        return None if entity is None else _stored_serving(entity)

    def create_serving(self, serving: Serving) -> bool:
        """Insert; ``False`` if the row exists already."""
        return self._table.insert(to_entity(serving.project, "serving", serving))

    def replace_serving(self, serving: Serving, etag: str) -> str:
        """Replace the row if its ETag is still ``etag``; returns the new ETag.

        Raises:
            ConflictError: another writer replaced it first.
        """
        return self._table.replace(to_entity(serving.project, "serving", serving), etag)

    def all_serving(self) -> Iterator[Stored[Serving]]:
        """The serving rows of all projects."""
        return (_stored_serving(entity) for entity in self._table.query("RowKey eq @row", row="serving"))

    def capacity(self) -> Stored[Capacity] | None:
        """The slots for jobs and endpoints and who has them, with the ETag; ``None`` if absent."""
        entity = self._table.get(_PLATFORM, "capacity")
        return None if entity is None else Stored(from_entity(Capacity, entity), _etag(entity))

    def create_capacity(self, capacity: Capacity) -> bool:
        """Insert; ``False`` if the row exists already."""
        return self._table.insert(to_entity(_PLATFORM, "capacity", capacity))

    def replace_capacity(self, capacity: Capacity, etag: str) -> str:
        """Replace the row if its ETag is still ``etag``; returns the new ETag.

        Raises:
            ConflictError: another writer replaced it first.
        """
        return self._table.replace(to_entity(_PLATFORM, "capacity", capacity), etag)

    def lease(self, project: str) -> Lease | None:
        """The lease of the project's endpoint; ``None`` if absent."""
        entity = self._table.get(project, "lease")
        return None if entity is None else from_entity(Lease, entity)

    def put_lease(self, lease: Lease) -> None:
        """Insert or replace."""
        self._table.put(to_entity(lease.project, "lease", lease))

    def remove_lease(self, project: str) -> None:
        """Remove the lease, if there is one."""
        self._table.remove(project, "lease")

    def usage(self, project: str) -> list[Usage]:
        """When each app instance last scored for the project."""
        return [from_entity(Usage, entity) for entity in self._table.by_prefix("usage:", project)]

    def put_usage(self, usage: Usage) -> None:
        """Insert or replace this instance's row."""
        self._table.put(to_entity(usage.project, f"usage:{usage.instance}", usage))


class TableLedger:
    """``ports.Ledger``: hours and cost of endpoints."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._table = Table(settings, credential, resources.LEDGER_TABLE)

    def put(self, entry: LedgerEntry) -> None:
        """Insert or replace the entry of an endpoint."""
        self._table.put(to_entity(entry.project, entry.endpoint, entry))

    def entries(self, project: str | None = None) -> list[LedgerEntry]:
        """All entries, of one project or of all."""
        return [from_entity(LedgerEntry, entity) for entity in self._table.all(project)]


def _run_entity(run: Run) -> dict[str, Any]:
    return to_entity(run.project, f"run:{run.run_id}", run)


def _active_entity(project: str, run_id: str, next_due: datetime, waiting: QueuePosition | None) -> dict[str, Any]:
    queue = {"queue": waiting.queue, "since": waiting.since} if waiting else {}
    return {"PartitionKey": project, "RowKey": run_id, "next_due": next_due, **queue}


def _active_row(entity: "TableEntity") -> ActiveRow:
    project, run_id, queue = entity["PartitionKey"], entity["RowKey"], entity.get("queue")
    waiting = QueuePosition(entity["since"], run_id, project, queue) if queue else None
    return ActiveRow(project, run_id, entity["next_due"], waiting, entity.get("requested_at"), _etag(entity))


def _stored_serving(entity: "TableEntity") -> Stored[Serving]:
    return Stored(from_entity(Serving, entity), _etag(entity))


def _etag(entity: "TableEntity") -> str:
    return str(entity.metadata["etag"])
