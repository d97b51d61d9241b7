"""Converts the Functions worker's event objects back to Event Grid's schema."""

from typing import Any

import azure.functions as func


def as_dict(event: func.EventGridEvent) -> dict[str, Any]:
    """The event as Event Grid delivered it."""
    return {
        "id": event.id,
        "topic": event.topic,
        "subject": event.subject,
        "eventType": event.event_type,
        "eventTime": event.event_time.isoformat() if event.event_time else None,
        "dataVersion": event.data_version,
        "data": event.get_json(),
    }
