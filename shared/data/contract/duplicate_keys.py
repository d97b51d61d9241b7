"""Keys that stand twice in one object. Parsers keep the last value and say nothing."""

from typing import Any

import orjson

from shared.data.contract import malformed
from shared.data.contract.faults import Fault


class _Doubled(dict[str, Any]):
    """An object in which a key stands twice."""


def all_kept(line: bytes, record: dict[str, Any], messages: bytes) -> bool:
    """Whether no key of ``line`` was lost, as far as that is seen at a glance: its record is written no shorter.

    Args:
        record: the line, parsed.
        messages: its messages, and they alone, encoded and ended by a newline.
    """
    size = len(messages) - 1
    if len(record) > 1:
        others = {key: value for key, value in record.items() if key != "messages"}
        if [1 for value in others.values() if type(value) is not str]:  # numbers may be written longer
            return False
        size += len(orjson.dumps(others)) - 1
    return size == len(line.rstrip())


def duplicate(line: bytes, record: Any) -> Fault | None:
    """The first object of ``line`` with a duplicate key; ``record`` is the line, parsed.

    A lost key is a lost string. So the strings of the text, which a count of quotes gives exactly, are
    compared with those of the record; only where they differ is the line parsed again.
    """
    if _has_as_many_quotes(line, record) or _strings_written(line) == _strings_kept(record):
        return None
    again = malformed.parse_again(line, object_pairs_hook=_marked)
    return Fault("json.duplicate_key", _first(again), "a key that stands twice")


def _has_as_many_quotes(line: bytes, record: Any) -> bool:
    """Whether the record, written again, has as many quotes; strings that hold them as ``\\u0022`` upset the count."""
    try:
        again = orjson.dumps(record)
    except orjson.JSONEncodeError:  # it is nested deeper than can be written
        return False
    return again.count(b'"') == line.count(b'"') and b"\\u0022" not in line


def _strings_written(line: bytes) -> int:
    if b"\\" in line:
        line = line.replace(b"\\\\", b"")
        return (line.count(b'"') - line.count(b'\\"')) // 2
    return line.count(b'"') // 2


def _strings_kept(record: Any) -> int:
    count, rest = 0, [record]
    while rest:
        value = rest.pop()
        if type(value) is dict:
            count += len(value)
            rest.extend(value.values())
        elif type(value) is list:
            rest.extend(value)
        elif type(value) is str:
            count += 1
    return count


def _marked(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    return plain if len(plain) == len(pairs) else _Doubled(plain)


def _first(value: Any) -> str:
    """JSON path of the first marked object, outer ones before those inside."""
    rest = [("$", value)]
    while rest:
        path, value = rest.pop()
        if isinstance(value, _Doubled):
            return path
        if isinstance(value, dict):
            rest.extend((path + _step(key), child) for key, child in reversed(value.items()))
        elif isinstance(value, list):
            rest.extend((f"{path}[{index}]", child) for index, child in reversed(list(enumerate(value))))
    return "$"


def _step(key: str) -> str:
    """A key as a step of a path; one that could be content is not quoted."""
    return f".{key}" if key.isascii() and key.isidentifier() and len(key) <= 40 else "[?]"
