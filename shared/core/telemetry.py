"""What is counted. Without a configured meter provider, as on a laptop, the counts go nowhere."""

from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from opentelemetry.metrics import Counter

Dropped = Literal["foreign", "unknown"]


def event_dropped(source: Literal["uploads", "runs"], why: Dropped) -> None:
    """Count an event that was not acted on: foreign (spoofed or malformed), or about a job that is no run's."""
    _dropped().add(1, {"source": source, "why": why})


@cache
def _dropped() -> "Counter":
    from opentelemetry.metrics import get_meter

    return get_meter("tunedrop").create_counter("tunedrop.events.dropped", description="Events that were not acted on")
