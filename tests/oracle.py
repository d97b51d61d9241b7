"""The data contract a second time: slow, plain, by the standard library. What is fast must agree with it."""

import json
import math
from typing import Any

from shared.data.contract.validation import LONGEST_LINE, can_be_seen

READABLE = 200
"""Levels of nesting up to which it may be asked: the standard library gives up earlier than orjson."""


def accepts(line: bytes) -> bool:
    """Whether a line is a row to train on."""
    if len(line) > LONGEST_LINE:
        return False
    try:
        record = json.loads(
            line.decode(), object_pairs_hook=_once, parse_float=_finite, parse_int=_finite, parse_constant=_finite
        )
        return _is_text(record) and _keeps_the_contract(record)
    except ValueError:
        return False


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError("not a number of JSON")
    return number


def _is_text(value: Any) -> bool:
    """Whether no string in it, key or value, holds half of a surrogate pair."""
    if isinstance(value, dict):
        return all(_is_text(key) and _is_text(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(map(_is_text, value))
    return not isinstance(value, str) or bool(value.encode()) or not value


def _keeps_the_contract(record: Any) -> bool:
    messages = record.get("messages") if isinstance(record, dict) else None
    if not isinstance(messages, list) or not messages or not all(isinstance(one, dict) for one in messages):
        return False
    roles = [one.get("role") for one in messages]
    spoken = roles[1:] if roles[0] == "system" else roles
    turns = len(spoken) // 2
    return turns > 0 and spoken == ["user", "assistant"] * turns and all(map(_is_usable, messages))


def _is_usable(message: dict[str, Any]) -> bool:
    content = message.get("content")
    if (
        any(message.get(key) for key in ("tool_calls", "function_call", "tool_call_id"))
        or message.get("weight", 1) != 1
    ):
        return False
    return isinstance(content, str) and "\0" not in content and can_be_seen(content) is not None
