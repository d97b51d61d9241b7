"""Event Grid events, as anyone may send them: checked before anything in them is used.

Source: Event Grid's schema, ``topic``, ``subject``, ``eventType``, ``eventTime`` and ``data``.
"""

from collections.abc import Mapping
from typing import Any

from shared.core.errors import EventError

Event = Mapping[str, Any]


def check(event: Event, topic: str, types: frozenset[str]) -> None:
    """Whether an event comes from ``topic``, is of one of the ``types``, and has data.

    Raises:
        EventError: it is not for this app; the message says why.
    """
    if not topic or text(event, "topic").casefold() != topic.casefold():
        raise EventError("The event comes from another topic.")
    if text(event, "eventType") not in types:
        raise EventError("The event is of another type.")
    if not isinstance(event.get("data"), Mapping):
        raise EventError("The event has no data.")


def text(fields: Mapping[str, Any], name: str) -> str:
    """A field of an event, or of its data; empty where there is none.

    Raises:
        EventError: the field is not text.
    """
    value = fields.get(name)
    if not isinstance(value, str | None):
        raise EventError(f"{name} must be text; it was {type(value).__name__}.")
    return value or ""
