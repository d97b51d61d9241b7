"""The data that the host passes to functions, for each trigger, in the form that azure.functions decodes."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from azure.functions.meta import Datum


class Message(Protocol):
    """The fields of a queue message that functions can read."""

    id: str
    dequeue_count: int | None
    inserted_on: datetime | None
    expires_on: datetime | None
    next_visible_on: datetime | None
    pop_receipt: str | None


def http(
    method: str, url: str, headers: Mapping[str, str], params: Mapping[str, str], query: Mapping[str, str], body: bytes
) -> Datum:
    """An HTTP request."""
    return Datum(
        {
            "method": Datum(method, "string"),
            "url": Datum(url, "string"),
            "headers": _strings({name.lower(): value for name, value in headers.items()}),
            "params": _strings(params),
            "query": _strings(query),
            "body": Datum(body, "bytes"),
        },
        "http",
    )


def event(document: Any) -> Datum:
    """An event, in Event Grid's schema or as a CloudEvent."""
    return Datum(json.dumps(document), "json")


def timer(past_due: bool, status: Mapping[str, str] | None) -> Datum:
    """A turn of a timer."""
    tick = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": past_due}
    return Datum(json.dumps(tick), "json")


def queue_message(body: str) -> Datum:
    """The body of a queue message."""
    return Datum(body, "string")


def queue_metadata(queue: str, message: Message) -> dict[str, Datum]:
    """The trigger metadata of a queue message."""
    times = {
        "InsertionTime": message.inserted_on,
        "ExpirationTime": message.expires_on,
        "NextVisibleTime": message.next_visible_on,
    }
    texts = {"QueueTrigger": queue, "Id": message.id, "PopReceipt": message.pop_receipt or ""}
    texts |= {name: time.isoformat() for name, time in times.items() if time is not None}
    return _strings(texts) | {"DequeueCount": Datum(json.dumps(message.dequeue_count), "json")}


def _strings(values: Mapping[str, str]) -> dict[str, Datum]:
    return {name: Datum(value, "string") for name, value in values.items()}
