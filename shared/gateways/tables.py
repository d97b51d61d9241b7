"""``ports.Runs``, ``Active``, ``Projects`` and ``Ledger`` on Azure Table Storage.

Keys: ``runs`` (project, ``run:{id}`` and ``time:{id}:{seq}``), ``active`` (project, run id), ``projects``
(project, ``serving`` | ``lease`` | ``usage:{instance}``; ``_platform``, ``capacity``), ``ledger`` (project,
endpoint). Batches are not used: the emulator's ignore ``If-Match``.
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
_PLATFORM: Final = "_platform"
"""Partition of what belongs to no project: a project's name begins with a letter."""


class Table:
    """The few operations that the stores below need of a table."""

    def __init__(self, settings: Settings, credential: "TokenCredential", name: str) -> None:
        self._uri = settings.table_uri
        self._credential = credential
        self._name = name

    def get(self, partition: str, row: str) -> "TableEntity | None":
        """One entity."""
        from azure.core.exceptions import ResourceNotFoundError

        try:
            return self._client.get_entity(partition, row)
        except ResourceNotFoundError:
            return None

    def insert(self, entity: Mapping[str, Any]) -> bool:
        """Insert; ``False`` if the key is taken."""
        from azure.core.exceptions import ResourceExistsError

        try:
            self._client.create_entity(entity)
        except ResourceExistsError:
            return False
        return True

    def replace(self, entity: Mapping[str, Any], etag: str) -> str:
        """Replace the version ``etag``; the new one.

        Raises:
            ConflictError: there is another version, or none.
        """
        from azure.core import MatchConditions
        from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
        from azure.data.tables import UpdateMode

        try:
            answer = self._client.update_entity(
                entity, UpdateMode.REPLACE, etag=etag, match_condition=MatchConditions.IfNotModified
            )
        except (ResourceModifiedError, ResourceNotFoundError) as error:
            raise ConflictError(f"Row '{entity['RowKey']}' of '{self._name}' was changed by someone else.") from error
        return str(answer["etag"])

    def put(self, entity: Mapping[str, Any]) -> None:
        """Insert or replace."""
        from azure.data.tables import UpdateMode

        self._client.upsert_entity(entity, UpdateMode.REPLACE)

    def remove(self, partition: str, row: str) -> None:
        """Delete an entity; one that is absent is deleted already."""
        self._client.delete_entity(partition, row)

    def query(self, condition: str, **values: Any) -> "Iterator[TableEntity]":
        """Entities that meet an OData condition with ``@name`` parameters."""
        yield from self._client.query_entities(condition, parameters=values)

    def by_prefix(self, prefix: str, partition: str | None = None) -> "Iterator[TableEntity]":
        """Entities whose row key begins with ``prefix``, of one partition or of all."""
        condition = "RowKey ge @first and RowKey lt @after"
        bounds = {"first": prefix, "after": prefix[:-1] + chr(ord(prefix[-1]) + 1)}
        if partition is None:
            return self.query(condition, **bounds)
        return self.query(f"PartitionKey eq @partition and {condition}", partition=partition, **bounds)

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
    """Records and timelines of runs."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._table = Table(settings, credential, resources.RUNS_TABLE)

    def get(self, project: str, run_id: str) -> Stored[Run] | None:
        """The record, with its ETag."""
        row = self._table.get(project, f"run:{run_id}")
        return None if row is None else Stored(from_entity(Run, row), _etag(row))

    def create(self, run: Run) -> bool:
        """Insert; ``False`` if the run exists already."""
        return self._table.insert(_run(run))

    def replace(self, run: Run, etag: str) -> str:
        """Write forward if nobody else did; the new ETag."""
        return self._table.replace(_run(run), etag)

    def all(self, project: str | None = None) -> Iterator[Run]:
        """Every run, of one project or of all."""
        return (from_entity(Run, row) for row in self._table.by_prefix("run:", project))

    def append(self, run: Run, entry: TimelineEntry) -> None:
        """Add a timeline row; the same ``seq`` twice is one row."""
        self._table.put(to_entity(run.project, f"time:{run.run_id}:{entry.seq:06d}", entry))

    def timeline(self, run_id: str, project: str) -> list[TimelineEntry]:
        """What happened to a run, in order."""
        return [from_entity(TimelineEntry, row) for row in self._table.by_prefix(f"time:{run_id}:", project)]


class TableActive:
    """Index of what still moves."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._table = Table(settings, credential, resources.ACTIVE_TABLE)

    def put(self, project: str, run_id: str, next_due: datetime, waiting: QueuePosition | None = None) -> None:
        """Say when a run is to be looked at next, and what it waits for."""
        self._table.put(_active(project, run_id, next_due, waiting))

    def mark_requested(self, row: ActiveRow, now: datetime) -> None:
        """Remember that an advance was asked for, unless the row is no longer the one read."""
        with suppress(ConflictError):
            entity = _active(row.project, row.run_id, row.next_due, row.waiting)
            self._table.replace({**entity, "requested_at": now}, row.etag)

    def remove(self, project: str, run_id: str) -> None:
        """The run has ended."""
        self._table.remove(project, run_id)

    def due(self, now: datetime) -> Iterator[ActiveRow]:
        """What is due, longest due first."""
        rows = self._table.query("next_due le @now", now=now)
        return iter(sorted(map(_indexed, rows), key=attrgetter("next_due")))

    def waiting(self, queue: Queue, project: str | None = None) -> list[ActiveRow]:
        """What waits in a queue, longest first."""
        where = "queue eq @queue" + (" and PartitionKey eq @project" if project else "")
        rows = self._table.query(where, queue=queue, project=project)
        return sorted(map(_indexed, rows), key=attrgetter("waiting"))


class TableProjects:
    """Serving, lease and usage of projects."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._table = Table(settings, credential, resources.PROJECTS_TABLE)

    def serving(self, project: str) -> Stored[Serving] | None:
        """What the project's endpoint is meant to be, with its ETag."""
        row = self._table.get(project, "serving")
        return None if row is None else _serving(row)

    def create_serving(self, serving: Serving) -> bool:
        """Insert; ``False`` if the project has a row already."""
        return self._table.insert(to_entity(serving.project, "serving", serving))

    def replace_serving(self, serving: Serving, etag: str) -> str:
        """Write forward if nobody else did; the new ETag."""
        return self._table.replace(to_entity(serving.project, "serving", serving), etag)

    def all_serving(self) -> Iterator[Stored[Serving]]:
        """Of every project."""
        return (_serving(row) for row in self._table.query("RowKey eq @row", row="serving"))

    def capacity(self) -> Stored[Capacity] | None:
        """Who has a place where only so many may be at once."""
        row = self._table.get(_PLATFORM, "capacity")
        return None if row is None else Stored(from_entity(Capacity, row), _etag(row))

    def create_capacity(self, capacity: Capacity) -> bool:
        """Insert; ``False`` if the row is there already."""
        return self._table.insert(to_entity(_PLATFORM, "capacity", capacity))

    def replace_capacity(self, capacity: Capacity, etag: str) -> str:
        """Write forward if nobody else did; the new ETag."""
        return self._table.replace(to_entity(_PLATFORM, "capacity", capacity), etag)

    def lease(self, project: str) -> Lease | None:
        """Why the project's endpoint may live."""
        row = self._table.get(project, "lease")
        return None if row is None else from_entity(Lease, row)

    def put_lease(self, lease: Lease) -> None:
        """Insert or replace."""
        self._table.put(to_entity(lease.project, "lease", lease))

    def remove_lease(self, project: str) -> None:
        """End it."""
        self._table.remove(project, "lease")

    def usage(self, project: str) -> list[Usage]:
        """When each app instance last scored for the project."""
        return [from_entity(Usage, row) for row in self._table.by_prefix("usage:", project)]

    def put_usage(self, usage: Usage) -> None:
        """Insert or replace this instance's row."""
        self._table.put(to_entity(usage.project, f"usage:{usage.instance}", usage))


class TableLedger:
    """Endpoint hours used and saved."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._table = Table(settings, credential, resources.LEDGER_TABLE)

    def put(self, entry: LedgerEntry) -> None:
        """Write an entry; its key is the endpoint's name, so twice is once."""
        self._table.put(to_entity(entry.project, entry.endpoint, entry))

    def entries(self, project: str | None = None) -> list[LedgerEntry]:
        """All entries, of one project or of all."""
        return [from_entity(LedgerEntry, row) for row in self._table.all(project)]


def _run(run: Run) -> dict[str, Any]:
    return to_entity(run.project, f"run:{run.run_id}", run)


def _active(project: str, run_id: str, next_due: datetime, waiting: QueuePosition | None) -> dict[str, Any]:
    queue = {"queue": waiting.queue, "since": waiting.since} if waiting else {}
    return {"PartitionKey": project, "RowKey": run_id, "next_due": next_due, **queue}


def _indexed(row: "TableEntity") -> ActiveRow:
    project, run_id, queue = row["PartitionKey"], row["RowKey"], row.get("queue")
    waiting = QueuePosition(row["since"], run_id, project, queue) if queue else None
    return ActiveRow(project, run_id, row["next_due"], waiting, row.get("requested_at"), _etag(row))


def _serving(row: "TableEntity") -> Stored[Serving]:
    return Stored(from_entity(Serving, row), _etag(row))


def _etag(row: "TableEntity") -> str:
    return str(row.metadata["etag"])
