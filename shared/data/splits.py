"""Which rows train, validate and test.

A row's place hangs on its own content alone, so that appending to an upload or reordering it moves no row.
Only in a small upload, where that would leave a split too short, rows are moved into it: those whose hashes
are smallest, which again does not depend on their order.
"""

import heapq
from collections.abc import Iterator
from pathlib import Path
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


def balance(folder: Path, rows: dict[str, int]) -> dict[str, int]:
    """Move rows between the files of ``folder`` until each split has its least; the new counts.

    Needs ``LEAST_ROWS`` rows in all.
    """
    rows = dict(rows)
    while short := next((name for name in NAMES if rows[name] < LEAST[name]), None):
        donor = max(NAMES, key=lambda name: rows[name] - LEAST[name])
        count = min(LEAST[short] - rows[short], rows[donor] - LEAST[donor])
        _move(path(folder, donor), path(folder, short), count)
        rows[donor], rows[short] = rows[donor] - count, rows[short] + count
    return rows


def path(folder: Path, name: str) -> Path:
    """Where a split's file lies in ``folder``."""
    return folder / f"{name}.jsonl"


def _move(donor: Path, short: Path, count: int) -> None:
    """Move the ``count`` rows with the smallest hashes to the end of ``short``."""
    chosen = set(heapq.nsmallest(count, (digest(row) for row in _rows(donor))))
    rest = donor.with_suffix(".rest")
    with rest.open("wb") as kept, short.open("ab") as moved:
        for row in _rows(donor):
            (moved if digest(row) in chosen else kept).write(row)
    rest.replace(donor)


def _rows(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        yield from opened
