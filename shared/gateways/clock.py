"""The system's clock."""

from datetime import UTC, datetime


class SystemClock:
    """The time of the machine."""

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)
