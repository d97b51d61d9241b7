"""``tunedrop convert``: a file of another shape becomes chat rows."""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson
import xxhash
from rich.console import Console

from cli.data.files import new_file, readable
from cli.data.records import Record, records
from shared.core.errors import TunedropError
from shared.data.reading import convert as shapes
from shared.data.reading.convert import Columns, Row

SHOWN: Final = 20
"""Records that could not be converted and are listed one by one."""
_NO_CHAT: Final = "no conversation in a known shape"
_REMEDY: Final = "If columns of a table hold the chat, name them: --user COLUMN --assistant COLUMN."
_SEED: Final = 0x7D12
"""Keeps the choice of a share apart from the hash that places rows in splits."""


@dataclass
class Tally:
    """What became of records."""

    written: int = 0
    skipped: int = 0
    """Not in the share that was asked for."""
    failed: int = 0
    """Could not be converted."""
    problems: list[str] = field(default_factory=list)
    """Of the first ``SHOWN`` records that failed."""

    def fail(self, record: Record) -> None:
        """Count a record that cannot be converted."""
        self.failed += 1
        if len(self.problems) < SHOWN:
            self.problems.append(f"{record.where}: {record.problem or _NO_CHAT}")

    def summary(self, target: Path) -> Iterator[str]:
        """Lines for people; ``target`` is the file that was written."""
        yield f"{self.written:,} of {self.written + self.skipped + self.failed:,} rows written to {target}"
        if self.failed:
            yield f"{self.failed:,} could not be converted:"
            yield from (f"  {problem}" for problem in self.problems)
        if more := self.failed - len(self.problems):
            yield f"  and {more:,} more"


def convert(console: Console, file: Path, out: Path | None, columns: Columns | None) -> None:
    """Write the chat rows of ``file`` to ``out``, and say what could not be converted.

    Args:
        out: ``None``: beside ``file``, with the ending ``.jsonl``.
        columns: of a table; ``None``: known shapes are recognised.

    Raises:
        TunedropError: no record can be converted, or the file cannot be read; then nothing is written.
    """
    target = out or _beside(readable(file))
    if target.resolve() == file.resolve():
        raise TunedropError(f"'{file}' cannot be converted into itself.", "Name another file: --out FILE.jsonl.")
    tally = Tally()
    with new_file(target) as opened:
        opened.writelines(lines(records(readable(file)), tally, columns))
        if not tally.written:
            reason = next(iter(tally.problems), "it is empty")
            raise TunedropError(f"Nothing in '{file}' could be converted: {reason}.", _REMEDY)
    text = "\n".join([*tally.summary(target), f"Check it: tunedrop check {shlex.quote(str(target))}"])
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def lines(
    source: Iterable[Record], tally: Tally, columns: Columns | None = None, percent: float = 100
) -> Iterator[bytes]:
    """The encoded rows of records, or ``percent`` of them, chosen by each row's messages alone.

    Args:
        tally: counts what becomes of each record.
    """
    for record in source:
        row = shapes.to_row(record.value, columns)
        line = None if row is None else _encoded(row)
        if row is None or line is None:
            tally.fail(record)
        elif not _is_chosen(row, percent):
            tally.skipped += 1
        else:
            tally.written += 1
            yield line


def _encoded(row: Row) -> bytes | None:
    """A row as a line; ``None`` if it holds something that JSON cannot."""
    try:
        return orjson.dumps(row, default=str, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:
        return None


def _is_chosen(row: Row, percent: float) -> bool:
    messages = orjson.dumps(row["messages"], default=str)
    return xxhash.xxh3_64_intdigest(messages, seed=_SEED) < percent / 100 * 2**64


def _beside(file: Path) -> Path:
    """``x.csv`` → ``x.jsonl``; ``x.jsonl`` → ``x.chat.jsonl``. An existing file is never overwritten."""
    plain = file.with_suffix("") if file.suffix.lower() in (".gz", ".zst") else file
    target = plain.with_suffix(".chat.jsonl" if plain.suffix.lower() == ".jsonl" else ".jsonl")
    if target.exists():
        raise TunedropError(f"'{target}' exists already.", "Name the file to write: --out FILE.jsonl.")
    return target
