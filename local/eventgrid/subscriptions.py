"""Event subscriptions: their filters and endpoints, read from ``subscriptions.json``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from local.eventgrid.events import Event, kind, value_at
from shared.core.errors import ConfigError

Schema = Literal["eventgrid", "cloudevents"]


@dataclass(frozen=True)
class Subscription:
    """One event subscription. Filters ignore case, as Event Grid's do by default.

    Attributes:
        source: its topic: ``uploads``, ``runs``, or another name that events are published to.
        endpoint: URL of the webhook, with its key.
        included_event_types: types of its events; empty for all.
        advanced: allowed values by path (``StringIn``), for instance ``{"data.api": ["PutBlob"]}``.
    """

    name: str
    source: str
    endpoint: str
    included_event_types: tuple[str, ...] = ()
    subject_begins_with: str = ""
    subject_ends_with: str = ""
    advanced: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    delivery_schema: Schema = "eventgrid"

    def wants(self, source: str, event: Event) -> bool:
        """Whether an event of a topic passes the filters."""
        subject = str(event.get("subject") or "").lower()
        return (
            source == self.source
            and (not self.included_event_types or _among(kind(event), self.included_event_types))
            and subject.startswith(self.subject_begins_with.lower())
            and subject.endswith(self.subject_ends_with.lower())
            and all(_among(value_at(event, path), allowed) for path, allowed in self.advanced.items())
        )


def load(path: Path) -> list[Subscription]:
    """Read subscriptions.

    Raises:
        ConfigError: the file is missing or wrong, or two subscriptions have the same name.
    """
    try:
        subscriptions = [_subscription(entry) for entry in json.loads(path.read_text())]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path} must be a list of subscriptions: {error}.", "Correct it.") from error
    if len({subscription.name for subscription in subscriptions}) < len(subscriptions):
        raise ConfigError(f"{path} has two subscriptions with the same name.", "Give each its own name.")
    return subscriptions


def _subscription(entry: Mapping[str, Any]) -> Subscription:
    values = dict(entry)
    values["included_event_types"] = tuple(values.get("included_event_types") or ())
    values["advanced"] = {path: tuple(allowed) for path, allowed in (values.get("advanced") or {}).items()}
    if values.get("delivery_schema", "eventgrid") not in get_args(Schema):
        schemas = " or ".join(get_args(Schema))
        raise ValueError(f"delivery_schema must be {schemas}; it was '{values['delivery_schema']}'")
    return Subscription(**values)


def _among(value: Any, allowed: tuple[str, ...]) -> bool:
    return isinstance(value, str) and value.lower() in {other.lower() for other in allowed}
