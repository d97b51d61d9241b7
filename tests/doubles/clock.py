"""A clock that moves when told to."""

from datetime import UTC, datetime, timedelta

from shared.core.errors import ThrottledError

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class FakeClock:
    """``ports.Clock``."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def in_time(self, before: datetime | None) -> None:
        """Whether something may still be asked for, as the gateways' ``start_deadline`` judges it.

        Raises:
            ThrottledError: it may not.
        """
        if before is not None and self._now >= before:
            raise ThrottledError("Too late.", 1)
