"""The data contract implemented a second time: slow and plain, with the standard library. The fast one must agree."""

import json
import math
from typing import Any

from shared.data.contract.validation import MAX_LINE_BYTES, find_visible

READABLE = 200
"""Levels of nesting up to which the oracle can judge: the standard library gives up earlier than orjson."""


def accepts(line: bytes) -> bool:
    """Whether a line is a row to train on."""
    if len(line) > MAX_LINE_BYTES:
        return False
    try:
        record = json.loads(
            line.decode(), object_pairs_hook=_once, parse_float=_finite, parse_int=_finite, parse_constant=_finite
        )
        return _is_text(record) and _keeps_the_contract(record)
    except ValueError:
        return False


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("a duplicate key")
    return record


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError("not a JSON number")
    return number


def _is_text(value: Any) -> bool:
    """Whether no string in it, key or value, contains half of a surrogate pair.

    Raises:
        UnicodeEncodeError: one does.
    """
    if isinstance(value, dict):
        return all(_is_text(key) and _is_text(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(map(_is_text, value))
    return not isinstance(value, str) or bool(value.encode()) or not value


def _keeps_the_contract(record: Any) -> bool:
    messages = record.get("messages") if isinstance(record, dict) else None
    if not isinstance(messages, list) or not messages or not all(isinstance(message, dict) for message in messages):
        return False
    roles = [message.get("role") for message in messages]
    turns = roles[1:] if roles[0] == "system" else roles
    pairs = len(turns) // 2
    return pairs > 0 and turns == ["user", "assistant"] * pairs and all(map(_is_usable, messages))


def _is_usable(message: dict[str, Any]) -> bool:
    content = message.get("content")
    if (
        any(message.get(key) for key in ("tool_calls", "function_call", "tool_call_id"))
        or message.get("weight", 1) != 1
    ):
        return False
    return isinstance(content, str) and "\0" not in content and find_visible(content) is not None
