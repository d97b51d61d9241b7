"""The state that survives a restart: checkpoints of the sources, published events, and pending deliveries.

One transaction publishes an event: it stores the event, its deliveries, and the checkpoint of its source.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from local.eventgrid.events import Event

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS checkpoints (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL,
    published REAL NOT NULL, document TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_by_id ON events (id);
CREATE TABLE IF NOT EXISTS pending (number INTEGER PRIMARY KEY, event INTEGER NOT NULL REFERENCES events,
    subscription TEXT NOT NULL, attempt INTEGER NOT NULL, due REAL NOT NULL);
CREATE INDEX IF NOT EXISTS pending_by_due ON pending (due);
"""
_PENDING: Final = """
SELECT pending.number, subscription, attempt, due, published, document
FROM pending JOIN events ON events.number = pending.event
WHERE subscription IN (SELECT value FROM json_each(?)) ORDER BY due, pending.number LIMIT ?
"""


@dataclass(frozen=True)
class Pending:
    """A delivery to be made.

    Args:
        attempt: number of attempts so far.
        due: Unix time of the next attempt.
        published: Unix time of the event's publication.
    """

    number: int
    subscription: str
    attempt: int
    due: float
    published: float
    event: Event


class Store:
    """The store, in one SQLite file; close it after use."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path)
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def checkpoint(self, name: str) -> str | None:
        """A checkpoint: how far a source was read, or which version of a blob was seen."""
        row = self._db.execute("SELECT value FROM checkpoints WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_checkpoint(self, name: str, value: str) -> None:
        """Set a checkpoint without an event."""
        with self._db:
            self._put_checkpoint(name, value)

    def sequencer(self) -> int:
        """A number greater than all earlier ones, even than those of a store that was deleted."""
        number = max(int(self.checkpoint("sequencer") or 0) + 1, time.time_ns())
        self.set_checkpoint("sequencer", str(number))
        return number

    def publish(
        self, source: str, event: Event, subscriptions: Iterable[str], checkpoint: tuple[str, str] | None
    ) -> None:
        """Store an event, its deliveries and its source's checkpoint."""
        now = time.time()
        with self._db:
            row = (str(event.get("id")), source, now, json.dumps(event))
            number = self._db.execute(
                "INSERT INTO events (id, source, published, document) VALUES (?, ?, ?, ?)", row
            ).lastrowid
            self._queue(number, subscriptions, now)
            if checkpoint is not None:
                self._put_checkpoint(*checkpoint)

    def redeliver(self, id: str, subscriptions: Sequence[str]) -> None:
        """Add deliveries of the latest event with this id."""
        row = self._db.execute("SELECT number FROM events WHERE id = ? ORDER BY number DESC LIMIT 1", (id,)).fetchone()
        with self._db:
            self._queue(row[0], subscriptions, time.time())

    def find(self, id: str) -> tuple[str, Event] | None:
        """Source and document of the latest event with this id."""
        query = "SELECT source, document FROM events WHERE id = ? ORDER BY number DESC LIMIT 1"
        row = self._db.execute(query, (id,)).fetchone()
        return None if row is None else (row[0], json.loads(row[1]))

    def events(self) -> list[dict[str, Any]]:
        """All events, in the order of their publication."""
        rows = self._db.execute("SELECT source, published, document FROM events ORDER BY number")
        return [{"source": row[0], "published": row[1], "event": json.loads(row[2])} for row in rows]

    def pending(self, subscriptions: Iterable[str], limit: int) -> list[Pending]:
        """The next deliveries to these subscriptions, the earliest first."""
        names = json.dumps(list(subscriptions))
        rows = self._db.execute(_PENDING, (names, limit))
        return [Pending(row[0], row[1], row[2], row[3], row[4], json.loads(row[5])) for row in rows]

    def count_pending(self) -> int:
        """The number of pending deliveries."""
        return int(self._db.execute("SELECT count(*) FROM pending").fetchone()[0])

    def postpone(self, delivery: Pending, due: float) -> None:
        """Note that an attempt failed; the next one is at ``due`` (Unix time)."""
        with self._db:
            values = (delivery.attempt + 1, due, delivery.number)
            self._db.execute("UPDATE pending SET attempt = ?, due = ? WHERE number = ?", values)

    def finish(self, delivery: Pending) -> None:
        """Remove a delivery that was made or given up."""
        with self._db:
            self._db.execute("DELETE FROM pending WHERE number = ?", (delivery.number,))

    def _queue(self, event: int | None, subscriptions: Iterable[str], due: float) -> None:
        rows = [(event, name, due) for name in subscriptions]
        self._db.executemany("INSERT INTO pending (event, subscription, attempt, due) VALUES (?, ?, 0, ?)", rows)

    def _put_checkpoint(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO checkpoints (name, value) VALUES (?, ?)", (name, value))
