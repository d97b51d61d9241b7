"""Which rows train, validate and test.

A row's place hangs on its own content alone, so that appending to an upload or reordering it moves no row.
Only in a small upload, where that would leave a split too short, rows are moved into it: those whose hashes
are smallest, which again does not depend on their order.
"""

import heapq
from collections.abc import Iterator, Mapping
from typing import Final

import xxhash

from shared.models.config import SplitConfig

NAMES: Final = ("train", "validation", "test")
LEAST: Final = {"train": 10, "validation": 1, "test": 1}
"""Rows that each split needs; Azure ML's component refuses fewer than 10 to train on."""
LEAST_ROWS: Final = sum(LEAST.values())


def digest(row: bytes) -> int:
    """128-bit hash of an encoded row: what deduplication and placing go by."""
    return xxhash.xxh3_128_intdigest(row)


def place(row_digest: int, split: SplitConfig) -> str:
    """The split of a row."""
    bucket = row_digest % 100
    if bucket < split.test:
        return "test"
    return "validation" if bucket < split.test + split.validation else "train"


class Reserve:
    """Holds back, of each split, the rows that another split might need in the end.

    They are those with the smallest hashes, at most ``LEAST_ROWS`` a split; all others flow on at once.
    """

    def __init__(self) -> None:
        self._held: dict[str, list[tuple[int, bytes]]] = {name: [] for name in NAMES}
        """Heaps by the negated hash: the largest hash is the first to flow on."""

    def held(self, name: str, row_digest: int, row: bytes) -> Iterator[tuple[str, bytes]]:
        """Take a row of split ``name``; yields the row that flows on instead, if any does."""
        heap = self._held[name]
        if len(heap) < LEAST_ROWS:
            heapq.heappush(heap, (-row_digest, row))
        else:
            yield name, heapq.heappushpop(heap, (-row_digest, row))[1]

    def placed(self, written: Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
        """The rows held back, each with its split, moved so that each split has its least where that is possible.

        Args:
            written: rows of each split that have flowed on.
        """
        held = {name: [row for _, row in sorted(heap, reverse=True)] for name, heap in self._held.items()}
        counts = {name: written[name] + len(rows) for name, rows in held.items()}
        if sum(counts.values()) >= LEAST_ROWS:
            _balance(held, counts)
        for name, rows in held.items():
            yield from ((name, row) for row in rows)


def _balance(held: dict[str, list[bytes]], counts: dict[str, int]) -> None:
    while short := next((name for name in NAMES if counts[name] < LEAST[name]), None):
        donor = max(NAMES, key=lambda name: counts[name] - LEAST[name])
        count = min(LEAST[short] - counts[short], counts[donor] - LEAST[donor])
        held[short] += held[donor][:count]
        held[donor] = held[donor][count:]
        counts[donor], counts[short] = counts[donor] - count, counts[short] + count
