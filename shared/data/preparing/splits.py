"""Which rows train, validate and test.

A row's place hangs on its own content alone, so that appending to an upload or reordering it moves no row.
Only in a small upload, where that would leave a split too short, rows are moved into it: those whose hashes
are smallest, which again does not depend on their order.
"""

import heapq
from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple

from shared.models.config import SplitConfig

NAMES: Final = ("train", "validation", "test")
HELD_OUT: Final = ("validation", "test")
LEAST: Final = {"train": 10, "validation": 1, "test": 1}
"""Rows that each split needs; Azure ML's component refuses fewer than 10 to train on."""
LEAST_ROWS: Final = sum(LEAST.values())


class Placed(NamedTuple):
    """A row that is to be written."""

    digest: int
    encoded: bytes
    tokens: int
    is_evaluation_row: bool = False
    """Whether it is an evaluation row of the project, which belongs into test."""


def place(digest: int, split: SplitConfig) -> str:
    """The split of a row, by other bits of its digest than those that find it in ``DigestSet`` or sample it."""
    bucket = (digest >> 8) % 100
    if bucket < split.test:
        return "test"
    return "validation" if bucket < split.test + split.validation else "train"


class Reserve:
    """Holds back, of each split, the rows that another split might need in the end.

    They are those with the smallest hashes, at most ``LEAST_ROWS`` a split; all others flow on at once.
    """

    def __init__(self) -> None:
        self._held: dict[str, list[tuple[int, Placed]]] = {name: [] for name in NAMES}
        """Heaps by the negated hash: the largest hash is the first to flow on."""

    def swap(self, name: str, row: Placed) -> Placed | None:
        """Take a row of split ``name``; the row that flows on instead, if any does."""
        heap = self._held[name]
        if len(heap) < LEAST_ROWS:
            heapq.heappush(heap, (-row.digest, row))
            return None
        if -row.digest <= heap[0][0]:
            return row
        return heapq.heapreplace(heap, (-row.digest, row))[1]

    def placed(self, written: Mapping[str, int], fillable: Collection[str]) -> Iterator[tuple[str, Placed]]:
        """The rows held back, each with its split, moved so that each split has its least where that is possible.

        Args:
            written: rows of each split that have flowed on.
            fillable: splits that rows may be moved into.
        """
        held = {name: [row for _, row in heap] for name, heap in self._held.items()}
        for name in ("train", "validation"):
            _move(held, name, "test", [row for row in held[name] if row.is_evaluation_row])
        counts = {name: written[name] + len(rows) for name, rows in held.items()}
        if sum(counts.values()) >= LEAST_ROWS:
            _balance(held, counts, fillable)
        for name, rows in held.items():
            yield from ((name, row) for row in sorted(rows))


def _balance(held: dict[str, list[Placed]], counts: dict[str, int], fillable: Collection[str]) -> None:
    for short in (name for name in NAMES if name in fillable):
        for donor in sorted(NAMES, key=lambda name: LEAST[name] - counts[name]):
            count = max(min(LEAST[short] - counts[short], counts[donor] - LEAST[donor]), 0)
            moved = sorted(row for row in held[donor] if not row.is_evaluation_row)[:count]
            _move(held, donor, short, moved)
            counts[donor], counts[short] = counts[donor] - len(moved), counts[short] + len(moved)


def _move(held: dict[str, list[Placed]], donor: str, taker: str, rows: list[Placed]) -> None:
    held[donor] = [row for row in held[donor] if row not in rows]
    held[taker] = held[taker] + rows
