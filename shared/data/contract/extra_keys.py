"""Keys that a project keeps beside ``messages``: written as they came, or without personal data."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import orjson

from shared.data.contract.faults import Fault

DEEPEST: Final = 253
"""Levels of nesting in a value that can be written: orjson reads more."""


def picked(record: dict[str, Any], keys: Iterable[str]) -> dict[str, Any] | Fault:
    """Of ``keys``, those that a record has; or why they cannot be written."""
    found = {key: record[key] for key in keys if key in record}
    for key, value in found.items():
        try:
            orjson.dumps({key: value})
        except orjson.JSONEncodeError:
            return Fault("json.too_deep", f"$.{key}", f"more than {DEEPEST} levels in a key that is kept")
    return found


def texts(value: Any) -> Iterator[str]:
    """The strings in a value, without keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def replaced(value: Any, replace: Callable[[str], str]) -> Any:
    """The value with each of its strings replaced."""
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, dict):
        return {key: replaced(inner, replace) for key, inner in value.items()}
    return [replaced(inner, replace) for inner in value] if isinstance(value, list) else value
