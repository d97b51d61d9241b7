"""Routes, and the router, which does what all handlers have in common: log, errors, faults, throttling, tokens."""

import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from local.azureml.core import tokens
from local.azureml.core.addresses import Addresses
from local.azureml.core.errors import ApiError, not_covered
from local.azureml.core.faults import Faults
from local.azureml.core.throttle import Throttle
from local.azureml.core.tokens import Plane

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

WS: Final = (
    "/subscriptions/{subscription}/resourceGroups/{group}"
    "/providers/Microsoft.MachineLearningServices/workspaces/{workspace}"
)
REGISTRY: Final = (
    "/mferp/managementfrontend/subscriptions/{subscription}/resourceGroups/{group}"
    "/providers/Microsoft.MachineLearningServices/registries/{registry}"
)
LARGEST_UPLOAD: Final = 1 << 30
LARGEST_LOGGED: Final = 64 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Route:
    """One row of the table of routes: method, path, handler, and how callers authenticate."""

    method: str
    path: str
    handler: Handler
    plane: Plane = Plane.ARM

    @property
    def name(self) -> str:
        """Its name in the request log, such as ``job.put``."""
        kind, _, action = self.handler.__qualname__.rpartition(".")
        return f"{kind.lower()}.{action}"

    @property
    def summary(self) -> str:
        """First line of the handler's docstring."""
        return (self.handler.__doc__ or "").strip().splitlines()[0]


class RequestLog:
    """``requests.jsonl``: every request with the status of its response; never the content of a blob."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, entry: dict[str, Any]) -> None:
        """Add one request."""
        with self._path.open("a") as file:
            file.write(json.dumps(entry) + "\n")

    def entries(self) -> list[dict[str, Any]]:
        """All requests so far."""
        if not self._path.exists():
            return []
        return [json.loads(line) for line in self._path.read_text().splitlines()]


class Router:
    """Routes requests to handlers: logs them, checks them, and turns errors into responses."""

    def __init__(self, addresses: Addresses, faults: Faults, throttle: Throttle | None, log: RequestLog) -> None:
        self._addresses = addresses
        self._faults = faults
        self._throttle = throttle
        self._log = log

    def application(self, routes: list[Route]) -> web.Application:
        """An application with these routes; all other requests get 501."""
        application = web.Application(client_max_size=LARGEST_UPLOAD)
        for route in routes:
            application.router.add_route(route.method, route.path, self._handler(route))
        rest = Route("*", "", _not_covered, Plane.OPEN)
        application.router.add_route("*", "/{anything:.*}", self._handler(rest))
        return application

    def _handler(self, route: Route) -> Handler:
        """The route's handler, within what all handlers have in common."""

        async def handle(request: web.Request) -> web.StreamResponse:
            started = time.time()
            body = await _logged_body(request, route)
            response = await self._handle(route, request)
            self._log.append(_entry(started, route, request, body, response.status))
            return response

        return handle

    async def _handle(self, route: Route, request: web.Request) -> web.StreamResponse:
        try:
            if route.plane is not Plane.OPEN:
                self._faults.check(request.method, request.path)
            if route.plane is Plane.ARM and self._throttle:
                self._throttle.check(request.method)
            tokens.check(route.plane, request.headers, request.query, self._addresses.base)
            self._check_workspace(request)
            return await route.handler(request)
        except ApiError as error:
            return _error(request, error)
        except Exception as error:
            _log.exception("%s %s", request.method, request.path)
            return _error(request, ApiError(500, "StandInBug", f"The stand-in failed: {error!r}"))

    def _check_workspace(self, request: web.Request) -> None:
        name = request.match_info.get("workspace")
        if name is not None and name.lower() != self._addresses.workspace.lower():
            raise ApiError(
                404,
                "ResourceNotFound",
                f"The Resource 'Microsoft.MachineLearningServices/workspaces/{name}' under resource group "
                f"'{request.match_info.get('group')}' was not found. This stand-in has '{self._addresses.workspace}'.",
            )


def json_response(document: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A response with a JSON body."""
    return web.json_response(document, status=status, headers=headers)


async def json_body(request: web.Request) -> dict[str, Any]:
    """The request's JSON object.

    Raises:
        ApiError: 400, the body is not a JSON object.
    """
    try:
        body = await request.json()
    except ValueError as error:
        raise ApiError(400, "BadRequest", "The request's body is not JSON.") from error
    if not isinstance(body, dict):
        raise ApiError(400, "BadRequest", "The request's body is not a JSON object.")
    return body


async def _not_covered(request: web.Request) -> web.StreamResponse:
    raise not_covered(f"{request.method} {request.path}")


async def _logged_body(request: web.Request, route: Route) -> Any:
    """What the log gets of a body: never a blob, never a question to a model."""
    is_logged = route.plane in (Plane.ARM, Plane.DATA) and "json" in request.content_type
    if not is_logged or not 0 < (request.content_length or 0) <= LARGEST_LOGGED:
        return None
    try:
        return json.loads(await request.read())
    except ValueError:
        return None


def _entry(started: float, route: Route, request: web.Request, body: Any, status: int) -> dict[str, Any]:
    query = {key: value for key, value in request.query.items() if key != "sig"}
    entry = {"t": started, "method": request.method, "path": request.path, "query": query}
    return entry | {"status": status, "route": route.name, "body": body}


def _error(request: web.Request, error: ApiError) -> web.Response:
    headers = error.headers | {"x-ms-error-code": error.code}
    if request.method == "HEAD":
        return web.Response(status=error.status, headers=headers)
    return web.json_response(error.body, status=error.status, headers=headers)
