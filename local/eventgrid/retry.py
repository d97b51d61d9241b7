"""When a failed delivery is tried again, as Event Grid does for webhooks."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SUCCESS: Final = frozenset({200, 201, 202, 203, 204})
NEVER_AGAIN: Final = frozenset({400, 401, 403, 413})
_MINUTE: Final = 60
_HOUR: Final = 3600
_DELAYS: Final = (
    10,
    30,
    _MINUTE,
    5 * _MINUTE,
    10 * _MINUTE,
    30 * _MINUTE,
    _HOUR,
    3 * _HOUR,
    6 * _HOUR,
    12 * _HOUR,
)
_AT_LEAST: Final[Mapping[int, int]] = {404: 5 * _MINUTE, 408: 2 * _MINUTE, 503: 30}


class Outcome(StrEnum):
    """What becomes of a delivery after a try."""

    DELIVERED = "delivered"
    RETRYING = "retrying"
    DROPPED = "dropped"
    DEAD_LETTERED = "deadlettered"


@dataclass(frozen=True)
class Policy:
    """How long and how often.

    Attributes:
        factor: scales Event Grid's delays; 1 is the cloud's pace.
        attempts: most tries.
        ttl: seconds after publication that an event is worth delivering; not scaled.
    """

    factor: float = 0.01
    attempts: int = 30
    ttl: float = 24 * _HOUR

    def outcome(self, status: int, attempt: int, age: float) -> Outcome:
        """What follows from a try.

        Args:
            status: HTTP status; 0 if there was no answer.
            attempt: 1 for the first.
            age: seconds since publication.
        """
        if status in SUCCESS:
            return Outcome.DELIVERED
        if status in NEVER_AGAIN:
            return Outcome.DROPPED
        if attempt >= self.attempts or age + self.delay(status, attempt) > self.ttl:
            return Outcome.DEAD_LETTERED
        return Outcome.RETRYING

    def delay(self, status: int, attempt: int) -> float:
        """Seconds until the next try."""
        usual = _DELAYS[min(attempt, len(_DELAYS)) - 1]
        return self.factor * max(usual, _AT_LEAST.get(status, 0))
