"""Why a line is not JSON, told apart as far as its owner can act on it."""

import json
import re
from typing import Any, Final

from shared.data.contract.faults import Fault

DEEPEST: Final = 1024
"""Levels of nesting that are read, as many as orjson reads."""
_SAFE: Final = 500
"""Levels that the standard library surely parses, however deep Python's own stack is."""

_STRINGS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")


class _NotFiniteError(ValueError):
    """The line holds NaN or an infinity, which JSON does not have."""


def explain(line: bytes, error: json.JSONDecodeError) -> Fault:
    """The fault of a line that the strict parser refused with ``error``."""
    try:
        text = line.decode()
    except UnicodeDecodeError as bad:
        return Fault("encoding.invalid", "$", f"no UTF-8 at byte {bad.start + 1}")
    levels = depth(line)
    if levels > DEEPEST:
        return Fault("json.too_deep", "$", f"{levels:,} levels")
    return _lenient(text, error) if levels <= _SAFE else _invalid(text, error)


def depth(line: bytes) -> int:
    """Levels of nesting in ``line``, whether or not it is valid JSON."""
    level = deepest = 0
    for bracket in _STRINGS.sub(b"", line).translate(None, _NO_BRACKETS):
        level += 1 if bracket in b"[{" else -1
        deepest = max(deepest, level)
    return deepest


def parse_again(line: bytes, **hooks: Any) -> Any:
    """The line by the lenient standard parser; ``None`` where it is too deep for that."""
    return json.loads(line, parse_int=float, **hooks) if depth(line) <= _SAFE else None


def _lenient(text: str, error: json.JSONDecodeError) -> Fault:
    """What a lenient parser makes of the line tells what the strict one minded."""
    try:
        json.loads(text, parse_int=float, parse_constant=_refuse)
    except _NotFiniteError:
        return Fault("json.number", "$", "NaN or Infinity")
    except json.JSONDecodeError as second:
        return _invalid(text, error if "end of data" in error.msg else second)
    if "surrogate" in error.msg:
        return Fault("json.surrogate", "$", f"half of a surrogate pair at column {error.pos + 1}")
    if "infinity" in error.msg:
        return Fault("json.number", "$", f"a number out of range at column {error.pos + 1}")
    return _invalid(text, error)


def _invalid(text: str, error: json.JSONDecodeError) -> Fault:
    if text.startswith("\ufeff"):
        return Fault("json.invalid", "$", "a byte order mark inside the file")
    if "end of data" in error.msg:
        return Fault("json.invalid", "$", "a line that ends too early")
    return Fault("json.invalid", "$", f"no JSON at column {error.pos + 1}")


def _refuse(constant: str) -> Any:
    raise _NotFiniteError(constant)
