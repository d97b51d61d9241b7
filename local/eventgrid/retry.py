"""When a failed delivery is tried again: Event Grid's rules for webhooks."""

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
    """What becomes of a delivery after an attempt."""

    DELIVERED = "delivered"
    RETRYING = "retrying"
    DROPPED = "dropped"
    DEAD_LETTERED = "deadlettered"


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long a delivery is tried.

    Attributes:
        factor: multiplies Event Grid's delays; 1 for the cloud's own.
        attempts: maximum number of attempts.
        ttl: seconds after its publication that an event is given up; not multiplied.
    """

    factor: float = 0.01
    attempts: int = 30
    ttl: float = 24 * _HOUR

    def outcome(self, status: int, attempt: int, age: float) -> Outcome:
        """The outcome of an attempt.

        Args:
            status: HTTP status of the response; 0 for none.
            attempt: number of the attempt, from 1.
            age: seconds since the publication.
        """
        if status in SUCCESS:
            return Outcome.DELIVERED
        if status in NEVER_AGAIN:
            return Outcome.DROPPED
        if attempt >= self.attempts or age + self.delay(status, attempt) > self.ttl:
            return Outcome.DEAD_LETTERED
        return Outcome.RETRYING

    def delay(self, status: int, attempt: int) -> float:
        """Seconds until the next attempt."""
        usual = _DELAYS[min(attempt, len(_DELAYS)) - 1]
        return self.factor * max(usual, _AT_LEAST.get(status, 0))
