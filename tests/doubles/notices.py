"""Notices in memory."""

from shared.models.run import Notice, Run


class MemoryNotices:
    """``ports.Notices``: notices are sent at least once, so an id may occur twice."""

    def __init__(self) -> None:
        self.published: list[Notice] = []

    def publish(self, run: Run, notices: list[Notice]) -> None:
        self.published.extend(notices)
