"""What can be wrong with a line, and what its owner can do about it. Codes are stable."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Fault(NamedTuple):
    """Why a line is refused."""

    reason: str
    """A key of ``HINTS``."""
    path: str
    """JSON path of the offending value, ``$`` for the whole line."""
    found: str
    """What kind of thing was found there; never content."""


_ROLES: Final = "Use the roles user and assistant in turn; one system message may come first."
_TEXT: Final = "Write the content as one string of text."
_WHOLE: Final = "Write one complete JSON object on each line."

HINTS: Final[Mapping[str, str]] = {
    "line.too_long": "Split the conversation into several shorter ones.",
    "encoding.invalid": "Save the file as UTF-8.",
    "json.invalid": _WHOLE,
    "json.number": "Write NaN and Infinity as null, and numbers within the range of a 64-bit float.",
    "json.surrogate": "Write characters beyond U+FFFF as a pair of \\u escapes, or as themselves.",
    "json.too_deep": "Nest objects and lists no deeper than 1,024 levels, in keys that are kept no deeper than 253.",
    "json.duplicate_key": "Keep one of the values: a key may stand only once in an object.",
    "record.not_object": _WHOLE,
    "messages.missing": 'Put the conversation into "messages": [{"role": …, "content": …}, …].',
    "messages.not_list": 'Make "messages" a list of {"role": …, "content": …}.',
    "messages.empty": "Give the conversation at least one user and one assistant message.",
    "message.not_object": 'Make each message an object: {"role": …, "content": …}.',
    "message.tool_call": "Remove tool and function calls, or leave the conversation out: they can't be trained on.",
    "message.weight": 'Leave out messages that must not be trained on: "weight" other than 1 is not supported.',
    "role.missing": _ROLES,
    "role.not_text": _ROLES,
    "role.unknown": _ROLES,
    "role.order": _ROLES,
    "role.last": "End the conversation with the assistant's answer.",
    "content.missing": _TEXT,
    "content.not_text": _TEXT,
    "content.blank": "Remove the empty message, or give it text that can be seen.",
    "content.nul": "Remove the NUL character (U+0000).",
    "row.pii": "Remove the personal data, or have placeholders put in its place with 'pii: redact'.",
    "row.too_long": "Split the conversation into shorter ones, or choose a base model that reads longer ones.",
}
