"""What Azure's errors mean to us."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from shared.core.errors import ConflictError, NotFoundError, QuotaError, ThrottledError, TunedropError

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError

_QUOTA_WORDS: Final = ("quota", "not enough capacity", "outofcapacity", "insufficient capacity")
_CONFLICT_WORDS: Final = ("immutable", "already exists", "live traffic")
"""Azure ML answers 400 to these too."""
_LONGEST: Final = 4000
"""Characters: what is behind an error may stand at the end of what Azure says."""
_DEFAULT_RETRY_AFTER: Final = 10.0


@contextmanager
def translate_errors(what: str) -> Iterator[None]:
    """Turn an HTTP error of Azure into ours; others, and what only time can mend (401, 403, 5xx), pass.

    Args:
        what: the thing and the action, for the message: ``"endpoint x: create"``.
    """
    from azure.core.exceptions import HttpResponseError

    try:
        yield
    except HttpResponseError as error:
        ours = translated(error, what)
        if ours is None:
            raise
        raise ours from error


def translated(error: "HttpResponseError", what: str) -> TunedropError | None:
    """Our error for one of Azure's, or ``None`` where we have none."""
    said = f"{what}: {error.message}"[:_LONGEST]
    match error.status_code:
        case 404:
            return NotFoundError(said)
        case 409 | 412:
            return ConflictError(said)
        case 429:
            return ThrottledError(said, retry_after_seconds(getattr(error.response, "headers", {})))
        case 400 if any(word in error.message.lower() for word in _QUOTA_WORDS):
            return QuotaError(said)
        case 400 if any(word in error.message.lower() for word in _CONFLICT_WORDS):
            return ConflictError(said)
        case 400 | 405 | 413 | 422:
            return TunedropError(said)
    return None


def retry_after_seconds(headers: Mapping[str, str]) -> float:
    """Seconds that an answer asks to wait."""
    try:
        return float(headers.get("Retry-After", _DEFAULT_RETRY_AFTER))
    except ValueError:
        return _DEFAULT_RETRY_AFTER
