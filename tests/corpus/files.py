"""Whole files: bad ones, and odd ones that are accepted."""

import gzip
import json
from typing import Any, NamedTuple

from tests.corpus.case import ANSWER, USER
from tests.unit.data.rows import conversation, line, message, upload, valid


class File(NamedTuple):
    """An upload, and the expected result of preparing it."""

    name: str
    data: bytes
    refusal: str = ""
    """Part of the reason for its rejection; empty: it is accepted."""
    figures: dict[str, Any] = {}
    """Some of its figures."""
    shape: str | None = None
    gzipped: bool = False


_ROWS = [conversation(number) for number in range(30)]
_LINES = valid(30)
_GOOD = upload(*_LINES)
_GZIP = gzip.compress(_GOOD, mtime=0)
_NO_ROW = "No row is usable"
_CSV = "prompt,completion\n" + "Hello?,Hello!\n" * 30


def _gzipped(name: str, data: bytes, refusal: str = "", **figures: Any) -> File:
    return File(name, data, refusal, figures, gzipped=True)


def _all_of(name: str, record: Any, reason: str, shape: str | None = None, count: int = 30) -> File:
    """A file in which every line is ``record``."""
    return File(name, upload(*[line(record)] * count), _NO_ROW, {"rejected": count, "reasons": {reason: count}}, shape)


FILES = [
    File("an empty file", b"", _NO_ROW, {"lines": 0}),
    File("blank lines alone", b"\n \n\t\r\n\n", _NO_ROW, {"lines": 0, "blank": 4}),
    File("a byte order mark alone", b"\xef\xbb\xbf", _NO_ROW, {"lines": 0}),
    File("one row", upload(*valid(1)), "Only 1 row", {"accepted": 1}),
    File("eleven rows", upload(*valid(11)), "Only 11 rows", {"accepted": 11}),
    File("twelve rows", upload(*valid(12)), "", {"train_rows": 10, "validation_rows": 1, "test_rows": 1}),
    File("one row many times", upload(*valid(1) * 100), "Only 1 row", {"duplicates": 99}),
    File("eleven good rows among bad ones", upload(*valid(11), *[b"oops"] * 50), "Only 11 rows", {"rejected": 50}),
    File("Windows line ends", b"\r\n".join(_LINES), "", {"accepted": 30}),
    File("old Macintosh line ends", b"\r".join(_LINES), _NO_ROW, {"reasons": {"json.invalid": 1}}),
    File("no last line feed", b"\n".join(_LINES), "", {"accepted": 30}),
    File("a byte order mark", b"\xef\xbb\xbf" + _GOOD, "", {"accepted": 30}),
    File("two byte order marks", b"\xef\xbb\xbf" * 2 + _GOOD, "", {"accepted": 29, "reasons": {"json.invalid": 1}}),
    File(
        "two files in one, each with its mark",
        (b"\xef\xbb\xbf" + _GOOD) * 2,
        "",
        {"accepted": 30, "rejected": 1, "duplicates": 29},
    ),
    File("blank lines between", b"\n\n".join(_LINES), "", {"accepted": 30, "blank": 29}),
    File("cut off in its last line", _GOOD[:-20], "", {"accepted": 29, "reasons": {"json.invalid": 1}}),
    File("padded with NUL", _GOOD + bytes(1000), "", {"accepted": 30, "reasons": {"json.invalid": 1}}),
    File(
        "line separators for line feeds",
        "\u2028".join(line.decode() for line in _LINES).encode(),
        _NO_ROW,
        {"lines": 1},
    ),
    File("UTF-16", _GOOD.decode().encode("utf-16"), _NO_ROW, {"accepted": 0}, "utf-16"),
    File("UTF-16 without its mark", _GOOD.decode().encode("utf-16-be"), _NO_ROW, {"accepted": 0}),
    File("5 MiB in one line", b"a" * (5 * 2**20), _NO_ROW, {"reasons": {"line.too_long": 1}}),
    File("gzip that is not named so", _GZIP, _NO_ROW, {"accepted": 0}, "gzip"),
    File("a zip file", b"PK\x03\x04" + bytes(500), _NO_ROW, {"accepted": 0}, "zip"),
    File("parquet", b"PAR1" + bytes(500) + b"PAR1", _NO_ROW, {"accepted": 0}, "parquet"),
    File("zstandard", b"(\xb5/\xfd" + bytes(500), _NO_ROW, {"accepted": 0}, "zstandard"),
    File("a JSON array in one line", json.dumps(_ROWS).encode(), _NO_ROW, {"rejected": 1}, "json array"),
    File(
        "a JSON array by the line", b"[\n" + b",\n".join(_LINES) + b"\n]", "Only 1 row", {"accepted": 1}, "json array"
    ),
    File("an indented JSON array", json.dumps(_ROWS, indent=2).encode(), _NO_ROW, {"accepted": 0}, "json array"),
    File("an indented object", json.dumps({"data": _ROWS}, indent=2).encode(), _NO_ROW, {"accepted": 0}, "json"),
    File("a table with commas", _CSV.encode(), _NO_ROW, {"rejected": 31}, "csv"),
    File("a table with tabs", _CSV.replace(",", "\t").encode(), _NO_ROW, {"rejected": 31}, "csv"),
    File("prose", b"Hello, how may I help you?\n" * 30, _NO_ROW, {"rejected": 30}),
    _all_of("ShareGPT", {"conversations": [{"from": "human", "value": "Hi"}]}, "messages.missing", "sharegpt"),
    _all_of("Alpaca", {"instruction": "Hi", "input": "", "output": "Hello"}, "messages.missing", "alpaca"),
    _all_of("completion pairs", {"prompt": "Hi", "completion": "Hello"}, "messages.missing", "completion"),
    _all_of("bare lists", [USER, ANSWER], "record.not_object", "bare list"),
    _all_of("only questions", {"messages": [USER]}, "role.last"),
    _all_of(
        "other words for the roles", {"messages": [message("customer", "a"), message("agent", "b")]}, "role.unknown"
    ),
    _gzipped("gzip", _GZIP, accepted=30),
    _gzipped("gzip of two members", gzip.compress(_GOOD[:1000]) + gzip.compress(_GOOD[1000:]), accepted=30),
    _gzipped("gzip with a byte order mark within", gzip.compress(b"\xef\xbb\xbf" + _GOOD), accepted=30),
    _gzipped("gzip of nothing", gzip.compress(b""), _NO_ROW, lines=0),
    _gzipped("an empty file that is named as gzip", b"", _NO_ROW, lines=0),
    _gzipped("rows that are named as gzip", _GOOD, "not valid gzip", accepted=0),
    File("gzip of gzip", gzip.compress(_GZIP), _NO_ROW, {"accepted": 0}, "gzip", gzipped=True),
    _gzipped("gzip that ends too early", _GZIP[:-20], "ends too early"),
    _gzipped("the head of gzip alone", _GZIP[:10], "ends too early", lines=0),
    _gzipped("gzip with a wrong checksum", _GZIP[:-8] + bytes(4) + _GZIP[-4:], "not valid gzip"),
    _gzipped("gzip with a wrong length", _GZIP[:-4] + bytes(4), "not valid gzip"),
    _gzipped("gzip with text behind it", _GZIP + b"and so on", "not valid gzip"),
    _gzipped("gzip with NUL behind it", _GZIP + bytes(512), "not valid gzip"),
    _gzipped("zlib that is named as gzip", b"x\x9c" + bytes(50), "not valid gzip"),
    _gzipped("one line of 64 MiB in 64 KiB", gzip.compress(bytes(64 * 2**20)), _NO_ROW, reasons={"line.too_long": 1}),
]
