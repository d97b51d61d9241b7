"""Which rows train, validate and test.

A row's split depends on its own content alone, so that appending to an upload or reordering it moves no row.
Only in a small upload, where that would leave a split too short, rows are moved into it: those with the smallest
digests, which again does not depend on their order.
"""

import heapq
from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple

from shared.models.config import SplitConfig

NAMES: Final = ("train", "validation", "test")
HELD_OUT: Final = ("validation", "test")
MIN_ROWS: Final = {"train": 10, "validation": 1, "test": 1}
"""Rows that each split needs; Azure ML's component rejects fewer than 10 to train on."""
MIN_TOTAL_ROWS: Final = sum(MIN_ROWS.values())


class SplitRow(NamedTuple):
    """A row to be written to a split."""

    digest: int
    encoded: bytes
    tokens: int
    is_evaluation_row: bool = False
    """Whether it is an evaluation row of the project, which belongs in test."""


def split_of(digest: int, split: SplitConfig) -> str:
    """The split of a row, by other bits of its digest than ``DigestSet`` and sampling use."""
    bucket = (digest >> 8) % 100
    if bucket < split.test:
        return "test"
    return "validation" if bucket < split.test + split.validation else "train"


class HoldBack:
    """Holds back the rows of each split that another split might need in the end.

    They are those with the smallest digests, at most ``MIN_TOTAL_ROWS`` a split; all others pass at once.
    """

    def __init__(self) -> None:
        self._heaps: dict[str, list[tuple[int, SplitRow]]] = {name: [] for name in NAMES}
        """By the negated digest: the row with the largest digest is released first."""

    def exchange(self, name: str, row: SplitRow) -> SplitRow | None:
        """Take in a row of split ``name``, and return the row that is released for it, if any."""
        heap = self._heaps[name]
        if len(heap) < MIN_TOTAL_ROWS:
            heapq.heappush(heap, (-row.digest, row))
            return None
        if -row.digest <= heap[0][0]:
            return row
        return heapq.heapreplace(heap, (-row.digest, row))[1]

    def release(self, written: Mapping[str, int], fillable: Collection[str]) -> Iterator[tuple[str, SplitRow]]:
        """All rows held back, each with its split, moved so that each split has its minimum where that is possible.

        Args:
            written: rows of each split that were released before.
            fillable: splits that rows may be moved into.
        """
        rows = {name: [row for _, row in heap] for name, heap in self._heaps.items()}
        for name in ("train", "validation"):
            _move(rows, name, "test", [row for row in rows[name] if row.is_evaluation_row])
        counts = {name: written[name] + len(rows[name]) for name in NAMES}
        if sum(counts.values()) >= MIN_TOTAL_ROWS:
            _balance(rows, counts, fillable)
        for name in NAMES:
            yield from ((name, row) for row in sorted(rows[name]))


def _balance(rows: dict[str, list[SplitRow]], counts: dict[str, int], fillable: Collection[str]) -> None:
    for short in (name for name in NAMES if name in fillable):
        for donor in sorted(NAMES, key=lambda name: MIN_ROWS[name] - counts[name]):
            count = max(min(MIN_ROWS[short] - counts[short], counts[donor] - MIN_ROWS[donor]), 0)
            moved = sorted(row for row in rows[donor] if not row.is_evaluation_row)[:count]
            _move(rows, donor, short, moved)
            counts[donor], counts[short] = counts[donor] - len(moved), counts[short] + len(moved)


def _move(rows: dict[str, list[SplitRow]], donor: str, receiver: str, moved: list[SplitRow]) -> None:
    rows[donor] = [row for row in rows[donor] if row not in moved]
    rows[receiver] = rows[receiver] + moved
