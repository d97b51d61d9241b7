"""Writes rows to train, validation and test."""

from collections.abc import Collection, Mapping
from typing import Final, Protocol

from shared.data.preparing import splits
from shared.data.preparing.splits import HoldBack, SplitRow
from shared.models.config import SplitConfig

_BUFFER_BYTES: Final = 2**17
"""The fastest size measured: the pieces are still in the processor's cache."""


class Sink(Protocol):
    """Where an output goes: a file, or a blob that becomes visible only once it is committed."""

    def write(self, data: bytes, /) -> object: ...


class BufferedSink:
    """Collects small pieces and writes them to a sink as large ones."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        self._pieces.append(data)
        self._size += len(data)
        if self._size >= _BUFFER_BYTES:
            self.flush()

    def flush(self) -> None:
        if self._pieces:
            self._sink.write(b"".join(self._pieces))
        self._pieces, self._size = [], 0


class Outputs:
    """Assigns rows to splits, writes them, and counts them and their tokens.

    Args:
        sinks: by name of the split.
        split: the shares of validation and test.
        owner_splits: the splits for which the upload has a file. No row gets into them by its hash.
    """

    def __init__(self, sinks: Mapping[str, Sink], split: SplitConfig, owner_splits: Collection[str | None]) -> None:
        self.rows = dict.fromkeys(splits.NAMES, 0)
        self.tokens = dict.fromkeys(splits.NAMES, 0)
        self._sinks = {name: BufferedSink(sinks[name]) for name in splits.NAMES}
        self._split = split
        self._hold_back = HoldBack()
        self._fillable = [name for name in splits.NAMES if name not in owner_splits]

    def add(self, row: SplitRow, owner_split: str | None) -> None:
        """Write a row to its split: test if it is an evaluation row, else its owner's, else by its content.

        Args:
            owner_split: the split whose file the row is in. Rows of a train file are still assigned by their hash to
                the splits that have no file.
        """
        if owner_split in splits.HELD_OUT:
            self._write(owner_split, row)
            return
        name = splits.split_of(row.digest, self._split)
        if owner_split and name not in self._fillable:
            name = owner_split
        if released := self._hold_back.exchange(name, row):
            self._write(name, released)

    def _write(self, name: str, row: SplitRow) -> None:
        name = "test" if row.is_evaluation_row else name
        self.rows[name] += 1
        self.tokens[name] += row.tokens
        self._sinks[name].write(row.encoded)

    def finish(self) -> None:
        """Write the rows that were held back, so that no split is too short."""
        for name, row in self._hold_back.release(self.rows, self._fillable):
            self._write(name, row)
        for sink in self._sinks.values():
            sink.flush()
