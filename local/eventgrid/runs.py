"""The topic ``runs``: tails the file to which the Azure ML stand-in appends its events."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any, Final

from local.eventgrid.grid import Grid
from local.waiting import pause

SOURCE: Final = "runs"
_log = logging.getLogger("eventgrid.runs")


class Runs:
    """Publishes each whole line of a file once, also across restarts.

    Args:
        path: file of JSON lines, which may not exist yet.
        interval: seconds between two polls.
    """

    def __init__(self, path: Path, grid: Grid, interval: float) -> None:
        self._path = path
        self._grid = grid
        self._interval = interval
        self._checkpoint = f"{SOURCE}:{path}"

    async def run(self, stopping: asyncio.Event) -> None:
        """Tail until ``stopping`` is set."""
        while not stopping.is_set():
            self._read()
            await pause(stopping, self._interval)

    def _read(self) -> None:
        size = self._path.stat().st_size if self._path.exists() else 0
        offset = int(self._grid.store.checkpoint(self._checkpoint) or 0)
        if offset > size:
            offset = 0  # The file was replaced by another one.
        if offset == size:
            return
        with self._path.open("rb") as file:
            file.seek(offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return  # The line is still being written.
                offset += len(line)
                self._publish(line, offset)

    def _publish(self, line: bytes, offset: int) -> None:
        checkpoint = (self._checkpoint, str(offset))
        try:
            event: Any = json.loads(line)
        except ValueError:
            event = None
        if isinstance(event, dict):
            self._grid.publish(SOURCE, event, checkpoint)
        else:
            _log.error("A line of %s is not an event; it was skipped", self._path)
            self._grid.store.set_checkpoint(*checkpoint)
