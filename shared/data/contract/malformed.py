"""Why a line is not JSON, as precisely as its owner needs to repair it."""

import json
import re
from typing import Any, Final

from shared.data.contract.faults import Fault

MAX_DEPTH: Final = 1024
"""Levels of nesting that orjson reads."""
_SAFE_DEPTH: Final = 500
"""Levels that the standard library can parse, however deep Python's own stack already is."""

_STRINGS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")


class _NotFiniteError(ValueError):
    """The line contains NaN or an infinity, which JSON does not have."""


def explain(line: bytes, error: json.JSONDecodeError) -> Fault:
    """The fault of a line that the strict parser rejected with ``error``."""
    try:
        text = line.decode()
    except UnicodeDecodeError as bad:
        return Fault("encoding.invalid", "$", f"invalid UTF-8 at byte {bad.start + 1}")
    levels = depth(line)
    if levels > MAX_DEPTH:
        return Fault("json.too_deep", "$", f"{levels:,} levels of nesting")
    return _compare_parsers(text, error) if levels <= _SAFE_DEPTH else _invalid(text, error)


def depth(line: bytes) -> int:
    """Levels of nesting in ``line``, whether or not it is valid JSON."""
    level = deepest = 0
    for bracket in _STRINGS.sub(b"", line).translate(None, _NO_BRACKETS):
        level += 1 if bracket in b"[{" else -1
        deepest = max(deepest, level)
    return deepest


def parse_leniently(line: bytes, **hooks: Any) -> Any:
    """The line, parsed by the standard library; ``None`` if it is nested too deeply for that.

    Args:
        hooks: passed on to ``json.loads``.
    """
    return json.loads(line, parse_int=float, **hooks) if depth(line) <= _SAFE_DEPTH else None


def _compare_parsers(text: str, error: json.JSONDecodeError) -> Fault:
    """The fault that explains both results: the strict parser's ``error``, and what a lenient parser makes of it."""
    try:
        json.loads(text, parse_int=float, parse_constant=_reject)
    except _NotFiniteError:
        return Fault("json.number", "$", "NaN or Infinity")
    except json.JSONDecodeError as lenient_error:
        return _invalid(text, error if "end of data" in error.msg else lenient_error)
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
    return Fault("json.invalid", "$", f"invalid JSON at column {error.pos + 1}")


def _reject(constant: str) -> Any:
    raise _NotFiniteError(constant)
