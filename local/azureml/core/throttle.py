"""The resource manager's throttling: token buckets, as documented per subscription and region.

Source: "Understand how Azure Resource Manager throttles requests": writes 200 and 10 a second, reads 250 and 25 a
second, deletes 200 and 10 a second. When a bucket is empty, the request gets 429 with the seconds until the next token.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from local.azureml.core.errors import ApiError


@dataclass
class Bucket:
    """A bucket of at most ``size`` tokens that gets ``rate`` new ones a second; ``left`` were in it at time ``at``."""

    size: float
    rate: float
    left: float
    at: float

    def take(self, now: float) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        self.left = min(self.size, self.left + (now - self.at) * self.rate)
        self.at = now
        if self.left < 1:
            return (1 - self.left) / self.rate
        self.left -= 1
        return 0


LIMITS: Final = {"reads": (250, 25), "writes": (200, 10), "deletes": (200, 10)}
"""(size, new tokens a second) of each bucket."""
_KINDS: Final = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}


class Throttle:
    """The buckets of one subscription; they are full to begin with."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets = {kind: Bucket(size, rate, size, clock()) for kind, (size, rate) in LIMITS.items()}

    def check(self, method: str) -> None:
        """Let a request through.

        Raises:
            ApiError: 429 with ``Retry-After`` in whole seconds.
        """
        kind = _KINDS.get(method, "writes")
        seconds = self._buckets[kind].take(self._clock())
        if seconds:
            message = f"Number of {kind} for the subscription exceeded the limit. Please try again later."
            raise ApiError(429, "TooManyRequests", message, headers={"Retry-After": str(math.ceil(seconds))})
