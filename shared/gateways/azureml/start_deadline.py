"""What a step starts is asked for in time, or not at all.

A step reads its run's record, then makes calls, any of which may be slow. ``closing`` waits for what such a step may
still start; so there must be a time after which it starts nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

from shared.core.errors import ThrottledError

_BEFORE: Final[ContextVar[datetime | None]] = ContextVar("before", default=None)
_LATER: Final = 1.0


@contextmanager
def enforced(before: datetime | None) -> Iterator[None]:
    """Nothing is created in this block at ``before`` or later; ``None``: whenever."""
    token = _BEFORE.set(before)
    try:
        yield
    finally:
        _BEFORE.reset(token)


def check(method: str) -> None:
    """To be told of each request before it is sent.

    Raises:
        ThrottledError: it would create something, too late.
    """
    before = _BEFORE.get()
    if method == "PUT" and before is not None and datetime.now(UTC) >= before:
        raise ThrottledError("Azure was too slow for what was to be created then.", _LATER)
