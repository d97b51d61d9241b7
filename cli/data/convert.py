"""``tunedrop convert``: a file of another shape becomes chat rows."""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson
import xxhash
from rich.console import Console

from cli.data.records import Record, records
from cli.files import new_file, readable
from shared.core.errors import TunedropError
from shared.data.reading import convert as shapes
from shared.data.reading.convert import Columns, Row

SHOWN: Final = 20
"""Records that could not be converted which are listed."""
_NO_CHAT: Final = "no conversation in a known shape"
_REMEDY: Final = "Where columns of a table hold the chat, name them: --user COLUMN --assistant COLUMN."
_SEED: Final = 0x7D12
"""Keeps the choice of a share apart from the hash that places rows in splits."""


@dataclass
class Written:
    """What became of records."""

    rows: int = 0
    left_out: int = 0
    """Beyond the share that was asked for."""
    lost: int = 0
    problems: list[str] = field(default_factory=list)
    """Of the first ``SHOWN`` lost records."""

    def lose(self, record: Record) -> None:
        """Count a record that cannot be converted."""
        self.lost += 1
        if len(self.problems) < SHOWN:
            self.problems.append(f"{record.where}: {record.problem or _NO_CHAT}")


def convert(console: Console, file: Path, out: Path | None, columns: Columns | None) -> None:
    """Write the chat rows of ``file`` to ``out``, and say what could not be converted.

    Raises:
        TunedropError: nothing could be, or the file cannot be read; then nothing is written.
    """
    target = out or _beside(readable(file))
    if target.resolve() == file.resolve():
        raise TunedropError("A file cannot be converted into itself.", "Name another one: --out FILE.jsonl.")
    with new_file(target) as opened:
        written = Written()
        opened.writelines(lines(records(readable(file)), written, columns))
        if not written.rows:
            why = next(iter(written.problems), "it is empty")
            raise TunedropError(f"Nothing in '{file}' could be converted: {why}.", _REMEDY)
    text = "\n".join([*told(target, written), f"See what becomes of it: tunedrop check {shlex.quote(str(target))}"])
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def lines(
    found: Iterable[Record], written: Written, columns: Columns | None = None, percent: float = 100
) -> Iterator[bytes]:
    """The encoded rows of records, or a share of them that hangs on the messages of each alone."""
    for record in found:
        row = shapes.to_row(record.value, columns)
        line = None if row is None else _encoded(row)
        if row is None or line is None:
            written.lose(record)
        elif not _is_taken(row, percent):
            written.left_out += 1
        else:
            written.rows += 1
            yield line


def _encoded(row: Row) -> bytes | None:
    """A row as a line; ``None`` where it holds what JSON cannot."""
    try:
        return orjson.dumps(row, default=str, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:
        return None


def _is_taken(row: Row, percent: float) -> bool:
    messages = orjson.dumps(row["messages"], default=str)
    return xxhash.xxh3_64_intdigest(messages, seed=_SEED) < percent / 100 * 2**64


def told(target: Path, written: Written) -> Iterator[str]:
    """What became of the records, in lines for people."""
    yield f"{written.rows:,} of {written.rows + written.left_out + written.lost:,} rows written to {target}"
    if written.lost:
        yield f"{written.lost:,} could not be converted:"
        yield from (f"  {problem}" for problem in written.problems)
    if more := written.lost - len(written.problems):
        yield f"  and {more:,} more"


def _beside(file: Path) -> Path:
    """``x.csv`` → ``x.jsonl``; ``x.jsonl`` → ``x.chat.jsonl``. A file that is there already is not touched."""
    plain = file.with_suffix("") if file.suffix.lower() in (".gz", ".zst") else file
    found = plain.with_suffix(".chat.jsonl" if plain.suffix.lower() == ".jsonl" else ".jsonl")
    if found.exists():
        raise TunedropError(f"'{found}' is there already.", "Name the file to write: --out FILE.jsonl.")
    return found
