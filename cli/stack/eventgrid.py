"""The local Event Grid: its log of deliveries, and its request to deliver an event again."""

from typing import TypedDict

from cli.runs.http import request
from cli.stack.logs import read_json_lines
from local.stack import Stack


class Delivery(TypedDict):
    """One attempt to deliver one event to one subscription: a line of ``deliveries.jsonl``."""

    t: float
    """Seconds since 1970 at which the attempt ended."""
    id: str
    """Of the event."""
    subscription: str
    subject: str
    eventType: str
    attempt: int
    """1-based."""
    status: int
    """HTTP status that the webhook answered."""
    outcome: str
    """``delivered``, ``retrying``, ``dropped`` or ``deadlettered``."""


class EventGrid:
    """Event Grid of one stack."""

    def __init__(self, stack: Stack) -> None:
        self._log = stack.folder("eventgrid") / "deliveries.jsonl"
        self._url = stack.eventgrid_url

    def log(self) -> list[Delivery]:
        """All deliveries so far, in order."""
        return read_json_lines(self._log)

    def deliveries(self, subscription: str, subject_end: str) -> list[Delivery]:
        """Deliveries of one subscription whose subject ends like this, in order."""
        return [
            delivery
            for delivery in self.log()
            if delivery["subscription"] == subscription and delivery["subject"].endswith(subject_end)
        ]

    def resend(self, event: str) -> None:
        """Deliver an event once more, as Event Grid may at any time.

        Raises:
            HttpError: Event Grid does not answer, or does not know the event.
        """
        request(f"{self._url}/deliveries/{event}", {}, {})
