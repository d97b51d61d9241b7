"""Counters. Without a configured meter provider, as on a laptop, nothing is sent."""

from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from opentelemetry.metrics import Counter

Dropped = Literal["foreign", "unknown"]


def event_dropped(source: Literal["uploads", "runs"], why: Dropped) -> None:
    """Count an event that was dropped: foreign (spoofed or malformed), or unknown (about a job of no run)."""
    _dropped().add(1, {"source": source, "why": why})


@cache
def _dropped() -> "Counter":
    from opentelemetry.metrics import get_meter

    return get_meter("tunedrop").create_counter("tunedrop.events.dropped", description="Events that were not acted on")
