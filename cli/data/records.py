"""Reads the records of a local file of almost any kind, one at a time, in bounded memory.

Text is read here, so that every record has its line number and a bad record does not stop the others; other files
are read by ``datasets``.
"""

import codecs
import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from cli.data import datasets
from cli.data.files import pieces
from shared.core.errors import TunedropError
from shared.data.contract.validation import MAX_LINE_BYTES, is_blank
from shared.data.reading import shapes
from shared.data.reading.lines import UnreadableError, gunzip, lines

_PIECE: Final = 2**20
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_PARQUET: Final = b"PAR1"
_BLANK: Final = b"\xef\xbb\xbf \t\r\n"
_DELIMITERS: Final = ",;\t|"
_BETWEEN: Final = re.compile(r"[\s,]*")
_decode: Final = json.JSONDecoder().raw_decode


class Record(NamedTuple):
    """One record, or why it cannot be read."""

    where: str
    """``line 3``, or ``row 3`` of a file without lines."""
    value: Any
    problem: str | None = None


def records(file: Path) -> Iterator[Record]:
    """The records of a file: JSON lines, JSON, CSV, each also packed by gzip or zstd, or Parquet.

    Raises:
        TunedropError: it is of another kind, or damaged; the records before the damage have been yielded.
    """
    try:
        yield from numbered(datasets.rows(file)) if _starts_with(file, _PARQUET) else _text(file)
    except (UnreadableError, UnicodeDecodeError, csv.Error) as error:
        raise TunedropError(f"'{file}' cannot be read: {error}.", "Save it again, complete and as UTF-8.") from None


def _starts_with(file: Path, magic: bytes) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(magic)) == magic


def _text(file: Path) -> Iterator[Record]:
    unpacked = iter(_unpacked(file))
    first = next(unpacked, b"")
    yield from _reader(file, first)(chain([first], unpacked))


def _unpacked(file: Path) -> Iterable[bytes]:
    if _starts_with(file, _GZIP):
        return gunzip(pieces(file))
    return _unzstd(file) if _starts_with(file, _ZSTD) else pieces(file)


def _unzstd(file: Path) -> Iterator[bytes]:
    import pyarrow

    try:
        with pyarrow.input_stream(str(file), compression="zstd") as stream:
            while piece := stream.read(_PIECE):
                yield piece
    except OSError:
        raise UnreadableError("it is not valid zstd") from None


def _reader(file: Path, first: bytes) -> Callable[[Iterable[bytes]], Iterator[Record]]:
    """Chosen by the content of the file, else by its name."""
    shape = shapes.of_file(first)
    if shape is not None and shape in _READERS:
        return _READERS[shape]
    if shape is not None:
        raise TunedropError(
            f"'{file}' is a {shape} file, which cannot be read directly.",
            f"Run this first: {shapes.command(shape, str(file))}",
        )
    if _is_named(file, ".csv", ".tsv"):
        return _csv
    return _json if _is_named(file, ".json") and first.lstrip(_BLANK).startswith(b"{") else _json_lines


def _is_named(file: Path, *suffixes: str) -> bool:
    return any(suffix.lower() in suffixes for suffix in file.suffixes[-2:])


def _json_lines(content: Iterable[bytes]) -> Iterator[Record]:
    for number, line in enumerate(lines(content), 1):
        if not is_blank(line):
            yield _parsed(f"line {number}", line)


def _parsed(where: str, line: bytes) -> Record:
    if len(line) > MAX_LINE_BYTES:
        return Record(where, None, f"longer than {MAX_LINE_BYTES:,} bytes")
    try:
        return Record(where, orjson.loads(line))
    except orjson.JSONDecodeError:
        return Record(where, None, "not JSON")


def _json(content: Iterable[bytes]) -> Iterator[Record]:
    """The elements of a list, or values one after another, with any white space between them."""
    decoded = chain(codecs.iterdecode(content, "utf-8-sig"), ["\n"])
    text = next(decoded).lstrip().removeprefix("[")
    number = end = 0
    for piece in decoded:
        text = text[end:] + piece
        end = 0
        for value, after in _complete_values(text):
            number, end = number + 1, after
            yield Record(f"row {number}", value)
        if len(text) - end > MAX_LINE_BYTES:
            break
    if text[end:].strip().strip("],"):
        raise UnreadableError(f"row {number + 1} is not JSON, or longer than {MAX_LINE_BYTES:,} bytes")


def _complete_values(text: str) -> Iterator[tuple[Any, int]]:
    """The values that end within ``text`` whatever follows it, each with its end."""
    end = 0
    while True:
        try:
            value, end = _decode(text, _end_of(_BETWEEN, text, end))
        except (ValueError, RecursionError):
            return
        if end == len(text):
            return
        yield value, end


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _csv(content: Iterable[bytes]) -> Iterator[Record]:
    """Rows of a table, by the names in its header; fields may hold line feeds."""
    csv.field_size_limit(MAX_LINE_BYTES)
    text = _decoded(content)
    header = next(text, "")
    rows = csv.reader(chain([header], text), delimiter=max(_DELIMITERS, key=header.count), strict=True)
    names = next(rows, [])
    began = rows.line_num + 1
    for row in rows:
        if row:
            yield _named(f"line {began}", names, row)
        began = rows.line_num + 1


def _decoded(content: Iterable[bytes]) -> Iterator[str]:
    for number, line in enumerate(lines(content), 1):
        try:
            yield line.decode() + "\n"
        except UnicodeDecodeError:
            raise UnreadableError(f"line {number} is not UTF-8") from None


def _named(where: str, names: list[str], row: list[str]) -> Record:
    if len(row) != len(names):
        return Record(where, None, f"{len(row)} fields, but the header has {len(names)}")
    return Record(where, dict(zip(names, row, strict=True)))


def numbered(rows: Iterable[Any]) -> Iterator[Record]:
    """Rows of a table without lines, numbered."""
    return (Record(f"row {number}", row) for number, row in enumerate(rows, 1))


_READERS: Final[Mapping[str, Callable[[Iterable[bytes]], Iterator[Record]]]] = {
    shapes.JSON_ARRAY: _json,
    shapes.JSON: _json,
    shapes.CSV: _csv,
}
