"""``tunedrop convert``: a file of another shape becomes chat rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
from rich.console import Console

from cli.files import new_file, readable
from cli.records import Record, records
from shared.data import convert as shapes
from shared.data.convert import Columns
from shared.errors import TunedropError

SHOWN: Final = 20
"""Records that could not be converted which are listed."""
_NO_CHAT: Final = "no conversation in a known shape"


@dataclass
class Written:
    """What became of a file's records."""

    rows: int = 0
    lost: int = 0
    problems: list[str] = field(default_factory=list)
    """Of the first ``SHOWN`` lost records."""

    def lose(self, record: Record) -> None:
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
        for row in rows(file, columns, written):
            opened.write(row)
        if not written.rows:
            raise TunedropError(f"Nothing in '{file}' could be converted: {_why(written)}.", _REMEDY)
    _tell(console, target, written)


_REMEDY: Final = "Where columns of a table hold the chat, name them: --user COLUMN --assistant COLUMN."


def rows(file: Path, columns: Columns | None, written: Written) -> Iterator[bytes]:
    """The encoded rows of a file, counted."""
    for record in records(readable(file)):
        found = shapes.row(record.value, columns)
        encoded = None if found is None else encode(found)
        if encoded is None:
            written.lose(record)
        else:
            written.rows += 1
            yield encoded


def encode(row: dict[str, Any]) -> bytes | None:
    """A row as a line; ``None`` where it holds what JSON cannot."""
    try:
        return orjson.dumps(row, default=str, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:
        return None


def _beside(file: Path) -> Path:
    """``x.csv`` → ``x.jsonl``; ``x.jsonl`` → ``x.chat.jsonl``. A file that is there already is not touched."""
    plain = file.with_suffix("") if file.suffix.lower() in (".gz", ".zst") else file
    found = plain.with_suffix(".chat.jsonl" if plain.suffix.lower() == ".jsonl" else ".jsonl")
    if found.exists():
        raise TunedropError(f"'{found}' is there already.", "Name the file to write: --out FILE.jsonl.")
    return found


def _why(written: Written) -> str:
    return written.problems[0] if written.problems else "it is empty"


def _tell(console: Console, target: Path, written: Written) -> None:
    lines = [f"{written.rows:,} rows written to {target}"]
    if written.lost:
        lines += [f"{written.lost:,} could not be converted:", *(f"  {problem}" for problem in written.problems)]
    if more := written.lost - len(written.problems):
        lines.append(f"  and {more:,} more")
    console.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)
