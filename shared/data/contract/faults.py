"""What can be wrong with a line, and what its owner can do about it. Codes are stable."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Fault(NamedTuple):
    """Why a line is rejected."""

    reason: str
    """A key of ``HINTS``."""
    path: str
    """JSON path of the offending value, ``$`` for the whole line."""
    detail: str
    """What is there instead, for instance ``an empty list``; never content."""


_ROLES: Final = "Alternate the roles user and assistant; one system message may come first."
_TEXT: Final = "Write the content as one string of text."
_WHOLE: Final = "Write one complete JSON object on each line."

HINTS: Final[Mapping[str, str]] = {
    "line.too_long": "Split the conversation into several shorter ones.",
    "encoding.invalid": "Save the file as UTF-8.",
    "json.invalid": _WHOLE,
    "json.number": "Write null instead of NaN and Infinity, and only numbers that fit into a 64-bit float.",
    "json.surrogate": "Write characters beyond U+FFFF as a pair of \\u escapes, or as themselves.",
    "json.too_deep": "Nest objects and lists at most 1,024 levels deep, and at most 253 in keys named by 'keep'.",
    "json.duplicate_key": "Keep only one of the values: an object may have each key only once.",
    "record.not_object": _WHOLE,
    "messages.missing": 'Put the conversation into "messages": [{"role": …, "content": …}, …].',
    "messages.not_list": 'Make "messages" a list of {"role": …, "content": …}.',
    "messages.empty": "Give the conversation at least one user message and one assistant message.",
    "message.not_object": 'Make each message an object: {"role": …, "content": …}.',
    "message.tool_call": "Remove tool and function calls, or leave the conversation out: calls cannot be trained on.",
    "message.weight": 'Leave out messages that must not be trained on: the only supported "weight" is 1.',
    "role.missing": _ROLES,
    "role.not_text": _ROLES,
    "role.unknown": _ROLES,
    "role.order": _ROLES,
    "role.last": "End the conversation with a message from the assistant.",
    "content.missing": _TEXT,
    "content.not_text": _TEXT,
    "content.blank": "Remove the message, or give it visible text.",
    "content.nul": "Remove the NUL character (U+0000).",
    "row.pii": "Remove the personal data, or let 'pii: redact' replace it with placeholders.",
    "row.too_long": "Split the conversation into shorter ones, or choose a base model that accepts longer ones.",
}
"""By reason: what the owner of a rejected line can do."""
