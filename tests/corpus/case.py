"""One kind of line, and the decision on it."""

import json
from typing import Any, Final, NamedTuple

from tests.unit.data.rows import line, message


class Case(NamedTuple):
    """A line of an upload."""

    name: str
    line: bytes
    reason: str = ""
    """Why it is rejected; empty: it is accepted."""
    path: str = "$"


USER: Final = message("user", "Hello?")
ANSWER: Final = message("assistant", "Hello!")
SYSTEM: Final = message("system", "Be kind.")
PAIR: Final = json.dumps([USER, ANSWER])

VALUES: Final[dict[str, Any]] = {
    "null": None,
    "true": True,
    "false": False,
    "zero": 0,
    "a number": 1.5,
    "an empty string": "",
    "text": "Hello!",
    "an empty list": [],
    "a list": ["Hello!"],
    "an empty object": {},
    "an object": {"text": "Hello!"},
}
"""Every JSON type, with empty and other values."""


def talk(*messages: Any, **more: Any) -> bytes:
    """A line with ``messages``."""
    return line({"messages": list(messages), **more})


def values(*names: str) -> dict[str, Any]:
    """``VALUES`` without those of ``names``."""
    return {name: value for name, value in VALUES.items() if name not in names}


def beside(value: bytes, key: bytes = b'"extra"') -> bytes:
    """A valid conversation, with a value under an ignored key."""
    return b'{"messages": ' + PAIR.encode() + b", " + key + b": " + value + b"}"


def saying(text: bytes) -> bytes:
    """A conversation whose answer is the JSON string of these bytes."""
    return b'{"messages": [{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": "' + text + b'"}]}'
