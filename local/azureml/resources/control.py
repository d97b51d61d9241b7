"""Handlers for tests, which Azure does not have: injected faults and the request log. They need no authentication."""

from aiohttp import web

from local.azureml.core.errors import invalid
from local.azureml.core.http import Route, json_body, json_response
from local.azureml.core.tokens import Plane
from local.azureml.services import Services


class Control:
    def __init__(self, services: Services) -> None:
        self._faults = services.faults
        self._log = services.log

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/_standin/requests", self.requests, Plane.OPEN),
            Route("GET", "/_standin/faults", self.faults, Plane.OPEN),
            Route("POST", "/_standin/faults", self.arm, Plane.OPEN),
            Route("DELETE", "/_standin/faults", self.clear, Plane.OPEN),
        ]

    async def requests(self, request: web.Request) -> web.Response:
        """The request log, filtered by `method`, `route`, `status` and a part of the `path`"""
        entries = self._log.entries()
        for key in ("method", "route", "status"):
            if key in request.query:
                entries = [entry for entry in entries if str(entry[key]) == request.query[key]]
        part = request.query.get("path", "")
        return json_response({"value": [entry for entry in entries if part in entry["path"]]})

    async def faults(self, _: web.Request) -> web.Response:
        """All armed faults"""
        return json_response({"value": self._faults.armed()})

    async def arm(self, request: web.Request) -> web.Response:
        """Arm a fault of a request, an endpoint, a deployment or a step"""
        fault = await json_body(request)
        if fault.get("on", "request") not in ("request", "endpoint", "deployment", "step"):
            raise invalid("'on' must be request, endpoint, deployment or step.")
        return json_response({"id": self._faults.add(fault)}, 201)

    async def clear(self, _: web.Request) -> web.Response:
        """Disarm all faults"""
        self._faults.clear()
        return web.Response(status=204)
