"""Recognises files that hold something other than chat rows, so that one command can convert the whole file."""

import csv
import re
import shlex
from collections.abc import Mapping
from typing import Any, Final, TypeGuard

SHAREGPT: Final = "sharegpt"
ALPACA: Final = "alpaca"
COMPLETION: Final = "completion"
BARE_LIST: Final = "bare list"

JSON_ARRAY: Final = "json array"
JSON: Final = "json"
CSV: Final = "csv"
PARQUET: Final = "parquet"

QUESTIONS: Final = ("instruction", "prompt", "question", "query", "input", "user")
"""Keys of a question, the likeliest first."""
ANSWERS: Final = ("completion", "response", "answer", "output", "assistant")
"""Keys of an answer, the likeliest first."""
CHATS: Final = ("conversations", "conversation", "dialogue", "dialog", "turns", "chat", "messages")
"""Keys of a list of turns."""

_MAGIC_BYTES: Final[Mapping[bytes, str]] = {
    b"PAR1": PARQUET,
    b"(\xb5/\xfd": "zstandard",
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_COMMANDS: Final[Mapping[str, str]] = {
    "zip": "unzip {0}",
    "utf-16": "iconv -f UTF-16 -t UTF-8 {0} > utf8.jsonl",
}
"""For files that ``tunedrop convert`` does not read."""

_LIST_OF_TURNS: Final = re.compile(rb'\[[ \t]*\{[ \t]*"(?:role|content|from|value)"')
_DELIMITERS: Final = ",;\t|"


def of_line(record: Any) -> str | None:
    """The shape of a parsed line that is not a chat row; ``None``: no known shape."""
    if type(record) is list:
        return BARE_LIST if _are_turns(record) else None
    if type(record) is not dict:
        return None
    for key in CHATS:
        if _are_turns(turns := record.get(key)) and (key != "messages" or "from" in turns[0]):
            return SHAREGPT
    if type(record.get("instruction")) is str and type(record.get("output")) is str:
        return ALPACA
    return COMPLETION if _has_text(record, QUESTIONS) and _has_text(record, ANSWERS) else None


def of_file(first: bytes) -> str | None:
    """The kind of a file that is not JSON lines; ``None``: no known kind.

    Args:
        first: its first few kilobytes.
    """
    for magic, shape in _MAGIC_BYTES.items():
        if first.startswith(magic):
            return shape
    first = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    if first.startswith(b"["):
        return None if _LIST_OF_TURNS.match(first) else JSON_ARRAY
    if first.startswith(b"{"):
        return JSON if re.match(rb"\{\s*\n", first) else None
    return CSV if _is_table(first) else None


def command(shape: str, upload: str) -> str:
    """The command that turns ``upload`` into chat rows, or into a file that can be converted to them."""
    return _COMMANDS.get(shape, "tunedrop convert {0}").format(shlex.quote(upload))


def _are_turns(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    if type(value) is not list or not value or type(value[0]) is not dict:
        return False
    return {"role", "content"} <= value[0].keys() or {"from", "value"} <= value[0].keys()


def _has_text(record: dict[str, Any], keys: tuple[str, ...]) -> bool:
    return any(type(record.get(key)) is str for key in keys)


def _is_table(first: bytes) -> bool:
    """Whether the first line names columns, and the second has as many fields."""
    lines = first.decode(errors="replace").split("\n")[:2]
    delimiter = max(_DELIMITERS, key=lines[0].count)
    try:
        head, *rest = csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        return False
    if len(head) < 2 or not all(re.fullmatch(r"[\w .-]{1,40}", name) for name in head):
        return False
    known_names = {*QUESTIONS, *ANSWERS, "role", "content"} & {name.strip().casefold() for name in head}
    return bool(known_names) or (bool(rest) and len(rest[0]) == len(head))
