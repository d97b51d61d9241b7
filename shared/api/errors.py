"""Answers every error with an ``ErrorResponse``, which never repeats the content of a request."""

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from shared.core.errors import (
    ConflictError,
    DecisionError,
    EventError,
    NotFoundError,
    QuotaError,
    ScoringError,
    SettingsError,
    ThrottledError,
    TunedropError,
)
from shared.models.base import Model

_STATUS: Final[Mapping[type[TunedropError], int]] = {
    NotFoundError: 404,
    EventError: 400,
    ConflictError: 409,
    DecisionError: 409,
    ThrottledError: 429,
    QuotaError: 503,
    SettingsError: 503,
}
"""The HTTP status of each error; 500 for any other ``TunedropError``."""
_PASSED_ON: Final = frozenset({404, 408, 413, 424, 429})
"""Statuses of a deployment that the API passes on; any other becomes 502."""


class ErrorDetail(Model):
    """What happened, and what to do next."""

    code: str
    """Name of the error's class, or ``BadRequest``."""
    message: str
    remedy: str


class ErrorResponse(Model):
    """Body of every error."""

    error: ErrorDetail


def install(app: FastAPI) -> None:
    """Register the handlers of our errors and of invalid requests."""
    app.add_exception_handler(TunedropError, _tunedrop_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)


async def _tunedrop_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TunedropError)
    headers = {"Retry-After": f"{error.retry_after:.0f}"} if isinstance(error, ThrottledError) else None
    return _answer(_status(error), type(error).__name__, error.message, error.remedy, headers)


async def _invalid_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = [f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()[:5]]
    return _answer(400, "BadRequest", "; ".join(problems), "See /api/openapi.json for what the body may contain.")


def _status(error: TunedropError) -> int:
    if isinstance(error, ScoringError):
        return error.status if error.status in _PASSED_ON else 502
    return _STATUS.get(type(error), 500)


def _answer(
    status: int, code: str, message: str, remedy: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    body = ErrorResponse(error=ErrorDetail(code=code, message=message, remedy=remedy))
    return JSONResponse(body.model_dump(), status, dict(headers or {}))
