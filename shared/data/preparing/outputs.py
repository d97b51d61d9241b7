"""Rows on their way into train, validation and test."""

from collections.abc import Collection, Mapping
from typing import Final, Protocol

from shared.data.preparing import splits
from shared.data.preparing.splits import Placed, Reserve
from shared.models.config import SplitConfig

_BUFFER: Final = 2**17
"""Bytes: measured fastest, as they are still in the processor's cache."""


class Sink(Protocol):
    """Where an output goes: a file, or a blob that becomes visible only once it is committed."""

    def write(self, data: bytes, /) -> object: ...


class Buffered:
    """A sink that is written to in large pieces."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        self._pieces.append(data)
        self._size += len(data)
        if self._size >= _BUFFER:
            self.flush()

    def flush(self) -> None:
        if self._pieces:
            self._sink.write(b"".join(self._pieces))
        self._pieces, self._size = [], 0


class Outputs:
    """Places rows, and counts them and their tokens."""

    def __init__(self, sinks: Mapping[str, Sink], split: SplitConfig, owned: Collection[str | None]) -> None:
        """``owned``: the splits that have a file of their own; no row gets into them by its hash."""
        self.rows = dict.fromkeys(splits.NAMES, 0)
        self.tokens = dict.fromkeys(splits.NAMES, 0)
        self._sinks = {name: Buffered(sinks[name]) for name in splits.NAMES}
        self._split = split
        self._reserve = Reserve()
        self._fillable = [name for name in splits.NAMES if name not in owned]

    def add(self, row: Placed, choice: str | None) -> None:
        """Place a row by its content, or as its owner's ``choice`` is; a pinned one goes to test.

        Of a file to train on, rows still go by their hash into those splits that have no file.
        """
        if choice in splits.HELD_OUT:
            self._write(choice, row)
            return
        name = splits.place(row.digest, self._split)
        if choice and name not in self._fillable:
            name = choice
        if flowing := self._reserve.swap(name, row):
            self._write(name, flowing)

    def _write(self, name: str, row: Placed) -> None:
        name = "test" if row.is_evaluation_row else name
        self.rows[name] += 1
        self.tokens[name] += row.tokens
        self._sinks[name].write(row.encoded)

    def finish(self) -> None:
        """Place the rows that were held back, so that no split is too short."""
        for name, row in self._reserve.placed(self.rows, self._fillable):
            self._write(name, row)
        for sink in self._sinks.values():
            sink.flush()
