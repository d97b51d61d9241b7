"""Keys that a project keeps beside ``messages``, with their values as they came or without personal data."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import orjson

from shared.data.contract.faults import Fault

MAX_DEPTH: Final = 253
"""Levels of nesting in a value that orjson can write; it reads more."""


def select(record: dict[str, Any], keys: Iterable[str]) -> dict[str, Any] | Fault:
    """The part of a record under those of ``keys`` that it has, or why that part cannot be written."""
    selected = {key: record[key] for key in keys if key in record}
    for key, value in selected.items():
        try:
            orjson.dumps({key: value})
        except orjson.JSONEncodeError:
            return Fault("json.too_deep", f"$.{key}", f"more than {MAX_DEPTH} levels of nesting in a key to keep")
    return selected


def strings(value: Any) -> Iterator[str]:
    """The strings in a value, without keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def replace_strings(value: Any, replace: Callable[[str], str]) -> Any:
    """A copy of the value in which each string has been replaced."""
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, dict):
        return {key: replace_strings(inner, replace) for key, inner in value.items()}
    return [replace_strings(inner, replace) for inner in value] if isinstance(value, list) else value
