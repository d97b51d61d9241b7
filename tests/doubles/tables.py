"""The tables in memory: every write has a new ETag. Rows are stored as models, not as JSON.

``tests/simulation/test_doubles.py`` checks that JSON would not change them.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import count
from operator import attrgetter
from typing import TypeVar, cast

from shared.core.errors import ConflictError
from shared.models.base import Model
from shared.models.project import Capacity, Lease, LedgerEntry, Serving, Usage
from shared.models.run import Queue, Run, TimelineEntry
from shared.ports import ActiveRow, QueuePosition, Stored

M = TypeVar("M", bound=Model)


class Rows:
    """Rows by key, with conditional writes."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, ...], Stored[Model]] = {}
        self._writes = count(1)

    def get(self, kind: type[M], *key: str) -> Stored[M] | None:
        return cast("Stored[M] | None", self._rows.get(key))

    def insert(self, value: Model, *key: str) -> bool:
        if key in self._rows:
            return False
        self.put(value, *key)
        return True

    def replace(self, value: Model, etag: str, *key: str) -> str:
        stored = self._rows.get(key)
        if stored is None or stored.etag != etag:
            raise ConflictError(f"Row {key} is not the one read.")
        return self.put(value, *key)

    def put(self, value: Model, *key: str) -> str:
        etag = f"W/{next(self._writes)}"
        self._rows[key] = Stored(value, etag)
        return etag

    def remove(self, *key: str) -> None:
        self._rows.pop(key, None)

    def under(self, kind: type[M], *prefix: str) -> list[Stored[M]]:
        keys = [key for key in self._rows if key[: len(prefix)] == prefix] if prefix else self._rows
        return [cast("Stored[M]", self._rows[key]) for key in sorted(keys)]


class MemoryRuns:
    """``ports.Runs``."""

    def __init__(self) -> None:
        self._runs = Rows()
        self._timeline = Rows()

    def get(self, project: str, run_id: str) -> Stored[Run] | None:
        return self._runs.get(Run, project, run_id)

    def create(self, run: Run) -> bool:
        return self._runs.insert(run, run.project, run.run_id)

    def replace(self, run: Run, etag: str) -> str:
        return self._runs.replace(run, etag, run.project, run.run_id)

    def all(self, project: str | None = None) -> Iterator[Run]:
        rows = self._runs.under(Run, project) if project else self._runs.under(Run)
        return iter([stored.value for stored in rows])

    def append(self, run: Run, entry: TimelineEntry) -> None:
        self._timeline.put(entry, run.project, run.run_id, f"{entry.seq:06d}")

    def timeline(self, run_id: str, project: str) -> list[TimelineEntry]:
        return [stored.value for stored in self._timeline.under(TimelineEntry, project, run_id)]


class MemoryActive:
    """``ports.Active``."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], ActiveRow] = {}
        self._writes = count(1)

    def put(self, project: str, run_id: str, next_due: datetime, waiting: QueuePosition | None = None) -> None:
        etag = f"W/{next(self._writes)}"
        self.rows[(project, run_id)] = ActiveRow(project, run_id, next_due, waiting, None, etag)

    def mark_requested(self, row: ActiveRow, now: datetime) -> None:
        if self.rows.get((row.project, row.run_id)) == row:
            self.rows[(row.project, row.run_id)] = replace(row, requested_at=now, etag=f"W/{next(self._writes)}")

    def remove(self, project: str, run_id: str) -> None:
        self.rows.pop((project, run_id), None)

    def due(self, now: datetime) -> Iterator[ActiveRow]:
        return iter(sorted((row for row in self.rows.values() if row.next_due <= now), key=attrgetter("next_due")))

    def waiting(self, queue: Queue, project: str | None = None) -> list[ActiveRow]:
        rows = [row for row in self.rows.values() if row.waiting and row.waiting.queue == queue]
        return sorted((row for row in rows if project in (None, row.project)), key=attrgetter("waiting"))


class MemoryProjects:
    """``ports.Projects``."""

    def __init__(self) -> None:
        self._serving = Rows()
        self._capacity = Rows()
        self._leases = Rows()
        self._usage = Rows()

    def serving(self, project: str) -> Stored[Serving] | None:
        return self._serving.get(Serving, project)

    def create_serving(self, serving: Serving) -> bool:
        return self._serving.insert(serving, serving.project)

    def replace_serving(self, serving: Serving, etag: str) -> str:
        return self._serving.replace(serving, etag, serving.project)

    def all_serving(self) -> Iterator[Stored[Serving]]:
        return iter(self._serving.under(Serving))

    def capacity(self) -> Stored[Capacity] | None:
        return self._capacity.get(Capacity, "capacity")

    def create_capacity(self, capacity: Capacity) -> bool:
        return self._capacity.insert(capacity, "capacity")

    def replace_capacity(self, capacity: Capacity, etag: str) -> str:
        return self._capacity.replace(capacity, etag, "capacity")

    def forget_capacity(self) -> None:
        """Lose the row."""
        self._capacity = Rows()

    def lease(self, project: str) -> Lease | None:
        stored = self._leases.get(Lease, project)
        return stored.value if stored else None

    def put_lease(self, lease: Lease) -> None:
        self._leases.put(lease, lease.project)

    def remove_lease(self, project: str) -> None:
        self._leases.remove(project)

    def usage(self, project: str) -> list[Usage]:
        return [stored.value for stored in self._usage.under(Usage, project)]

    def put_usage(self, usage: Usage) -> None:
        self._usage.put(usage, usage.project, usage.instance)


class MemoryLedger:
    """``ports.Ledger``."""

    def __init__(self) -> None:
        self._entries = Rows()

    def put(self, entry: LedgerEntry) -> None:
        self._entries.put(entry, entry.project, entry.endpoint)

    def entries(self, project: str | None = None) -> list[LedgerEntry]:
        prefix = (project,) if project else ()
        return [stored.value for stored in self._entries.under(LedgerEntry, *prefix)]
