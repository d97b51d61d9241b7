"""A clock that only moves when a test moves it."""

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
        """Check that something may still be created, as the gateways' ``start_deadline`` does.

        Raises:
            ThrottledError: it is too late.
        """
        if before is not None and self._now >= before:
            raise ThrottledError("Too late.", 1)
