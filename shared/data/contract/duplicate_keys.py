"""Keys that occur twice in one object. Parsers keep the last value and do not report the others."""

from typing import Any

import orjson

from shared.data.contract import malformed
from shared.data.contract.faults import Fault


class _WithDuplicates(dict[str, Any]):
    """An object in which a key occurs twice."""


def surely_unique(line: bytes, record: dict[str, Any], messages: bytes) -> bool:
    """A quick check that no key of ``line`` was lost: its record, encoded again, is as long as the line.

    ``False`` proves nothing: the line may just be spelled differently.

    Args:
        record: the line, parsed.
        messages: its messages, encoded alone and ended by a newline.
    """
    size = len(messages) - 1
    if len(record) > 1:
        others = {key: value for key, value in record.items() if key != "messages"}
        if [1 for value in others.values() if type(value) is not str]:  # numbers may be written longer
            return False
        size += len(orjson.dumps(others)) - 1
    return size == len(line.rstrip())


def find(line: bytes, record: Any) -> Fault | None:
    """The first object of ``line`` with a duplicate key; ``record`` is the line, parsed.

    A lost key is a lost string. So this compares the number of strings in the line, which follows exactly from
    its quotes, with that in the record, and parses the line again only where they differ.
    """
    if _has_as_many_quotes(line, record) or _strings_in_line(line) == _strings_in_record(record):
        return None
    marked = malformed.parse_leniently(line, object_pairs_hook=_mark_duplicates)
    return Fault("json.duplicate_key", _path_of_first(marked), "a duplicate key")


def _has_as_many_quotes(line: bytes, record: Any) -> bool:
    """Whether the record, encoded again, has as many quotes; the escape ``\\u0022`` would spoil the count."""
    try:
        encoded = orjson.dumps(record)
    except orjson.JSONEncodeError:  # orjson reads deeper nesting than it writes
        return False
    return encoded.count(b'"') == line.count(b'"') and b"\\u0022" not in line


def _strings_in_line(line: bytes) -> int:
    if b"\\" in line:
        line = line.replace(b"\\\\", b"")
        return (line.count(b'"') - line.count(b'\\"')) // 2
    return line.count(b'"') // 2


def _strings_in_record(record: Any) -> int:
    count, remaining = 0, [record]
    while remaining:
        value = remaining.pop()
        if type(value) is dict:
            count += len(value)
            remaining.extend(value.values())
        elif type(value) is list:
            remaining.extend(value)
        elif type(value) is str:
            count += 1
    return count


def _mark_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    return unique if len(unique) == len(pairs) else _WithDuplicates(unique)


def _path_of_first(value: Any) -> str:
    """JSON path of the first marked object, outer objects before inner ones."""
    remaining = [("$", value)]
    while remaining:
        path, value = remaining.pop()
        if isinstance(value, _WithDuplicates):
            return path
        if isinstance(value, dict):
            remaining.extend((path + _path_step(key), child) for key, child in reversed(value.items()))
        elif isinstance(value, list):
            remaining.extend((f"{path}[{index}]", child) for index, child in reversed(list(enumerate(value))))
    return "$"


def _path_step(key: str) -> str:
    """A key as a step of a path; a key that could be content is not quoted."""
    return f".{key}" if key.isascii() and key.isidentifier() and len(key) <= 40 else "[?]"
