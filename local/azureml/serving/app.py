"""The two routes of Azure ML's inference server: liveness and scoring."""

from typing import Any, Protocol

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

BODY = 'The body must be JSON: {"input_data": {"input_string": [...], "parameters": {...}}}.'


class Scorer(Protocol):
    """Answers the ``input_data`` of a request; raises a ValueError for the caller if it is wrong."""

    def __call__(self, data: Any, /) -> dict[str, Any]: ...


def build(score: Scorer) -> FastAPI:
    """The server's application for one model."""
    app = FastAPI(openapi_url=None)

    @app.get("/")
    def liveness() -> dict[str, str]:
        return {"status": "healthy"}

    @app.post("/score")
    def scoring(body: dict[str, Any]) -> dict[str, Any]:
        if "input_data" not in body:
            raise ValueError(BODY)
        return score(body["input_data"])

    @app.exception_handler(ValueError)
    def refuse(_request: Request, error: ValueError) -> JSONResponse:
        return _refusal(str(error))

    @app.exception_handler(RequestValidationError)
    def refuse_body(_request: Request, _error: RequestValidationError) -> JSONResponse:
        return _refusal(BODY)

    return app


def _refusal(message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": "BadRequest", "message": message}}, status_code=400)
