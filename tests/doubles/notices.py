"""Notices in memory."""

from shared.models.run import Notice, Run


class MemoryNotices:
    """``ports.Notices``: at least once, so the same id may be there twice."""

    def __init__(self) -> None:
        self.published: list[Notice] = []

    def publish(self, run: Run, notices: list[Notice]) -> None:
        self.published.extend(notices)
