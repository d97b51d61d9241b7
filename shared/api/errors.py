"""Every error answers ``{"error": {"code", "message", "remedy"}}``, and never repeats what was sent."""

from collections.abc import Mapping
from typing import Any, Final

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

STATUS: Final[Mapping[type[TunedropError], int]] = {
    NotFoundError: 404,
    EventError: 400,
    ConflictError: 409,
    DecisionError: 409,
    ThrottledError: 429,
    QuotaError: 503,
    SettingsError: 503,
}


def install(app: FastAPI) -> None:
    """Make ``app`` answer our errors in our form."""
    app.add_exception_handler(TunedropError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)


async def _ours(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TunedropError)
    headers = {"Retry-After": f"{error.retry_after:.0f}"} if isinstance(error, ThrottledError) else None
    return _answer(_status(error), type(error).__name__, error.message, error.remedy, headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()[:5]]
    return _answer(400, "BadRequest", "; ".join(faults), "See /api/openapi.json for what the body may hold.")


def _status(error: TunedropError) -> int:
    if isinstance(error, ScoringError):
        return error.status if error.status in (404, 408, 413, 424, 429) else 502
    return STATUS.get(type(error), 500)


def _answer(
    status: int, code: str, message: str, remedy: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    body: dict[str, Any] = {"error": {"code": code, "message": message, "remedy": remedy}}
    return JSONResponse(body, status, dict(headers or {}))
