"""A step creates something in Azure ML before its start deadline, or not at all.

A step reads its run's record and then makes calls, and any of them may be slow. Meanwhile the run may be closed by
another worker, and ``closing`` waits for whatever the step may still create. So there must be a time after which the
step creates nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

from shared.core.errors import ThrottledError

_DEADLINE: Final[ContextVar[datetime | None]] = ContextVar("deadline", default=None)
_RETRY_AFTER: Final = 1.0
"""Seconds."""


@contextmanager
def enforced(before: datetime | None) -> Iterator[None]:
    """In this block, nothing is created at or after ``before``; ``None``: without a deadline."""
    token = _DEADLINE.set(before)
    try:
        yield
    finally:
        _DEADLINE.reset(token)


def check(method: str) -> None:
    """Reject a request that would create something too late; call this before each request is sent.

    Raises:
        ThrottledError: the deadline has passed.
    """
    deadline = _DEADLINE.get()
    if method == "PUT" and deadline is not None and datetime.now(UTC) >= deadline:
        raise ThrottledError("Azure ML answered too slowly: the deadline for creating this has passed.", _RETRY_AFTER)
