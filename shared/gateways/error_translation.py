"""Translates Azure's HTTP errors into the errors of ``shared/core/errors.py``."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from shared.core.errors import ConflictError, NotFoundError, QuotaError, ThrottledError, TunedropError

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError

_QUOTA_PHRASES: Final = ("quota", "not enough capacity", "outofcapacity", "insufficient capacity")
_CONFLICT_PHRASES: Final = ("immutable", "already exists", "live traffic")
"""Azure ML answers 400, not 409, to these conflicts."""
_MESSAGE_LENGTH: Final = 4000
"""Characters. It is large because the cause may be at the end of Azure's message."""
_DEFAULT_RETRY_AFTER: Final = 10.0
"""Seconds."""


@contextmanager
def translate_errors(action: str) -> Iterator[None]:
    """Raise Azure's HTTP errors as ours.

    Other exceptions pass unchanged, and so do errors that another attempt may solve (401, 403, 5xx).

    Args:
        action: begins the message: ``"PUT /jobs/x"``, ``"compute gpu-cluster"``.

    Raises:
        NotFoundError: Azure answered 404.
        ConflictError: Azure answered 409 or 412, or 400 with a message about a conflict.
        ThrottledError: Azure answered 429.
        QuotaError: Azure answered 400 with a message about quota or capacity.
        TunedropError: Azure answered 400 with another message, 405, 413 or 422.
    """
    from azure.core.exceptions import HttpResponseError

    try:
        yield
    except HttpResponseError as error:
        translation = translated(error, action)
        if translation is None:
            raise
        raise translation from error


def translated(error: "HttpResponseError", action: str) -> TunedropError | None:
    """Our error for one of Azure's; ``None``: there is none, see ``translate_errors``."""
    message = f"{action}: {error.message}"[:_MESSAGE_LENGTH]
    match error.status_code:
        case 404:
            return NotFoundError(message)
        case 409 | 412:
            return ConflictError(message)
        case 429:
            return ThrottledError(message, retry_after_seconds(getattr(error.response, "headers", {})))
        case 400 if any(phrase in error.message.lower() for phrase in _QUOTA_PHRASES):
            return QuotaError(message)
        case 400 if any(phrase in error.message.lower() for phrase in _CONFLICT_PHRASES):
            return ConflictError(message)
        case 400 | 405 | 413 | 422:
            return TunedropError(message)
    return None


def retry_after_seconds(headers: Mapping[str, str]) -> float:
    """Seconds to wait, from the ``Retry-After`` header; 10 if it is missing or a date."""
    try:
        return float(headers.get("Retry-After", _DEFAULT_RETRY_AFTER))
    except ValueError:
        return _DEFAULT_RETRY_AFTER
