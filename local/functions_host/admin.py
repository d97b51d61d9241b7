"""The admin API: shows the host's state and its functions, and runs a function by hand."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from azure.functions.meta import Datum

from local.functions_host import payloads
from local.functions_host.application import Function
from local.functions_host.errors import InvocationError
from local.functions_host.invoker import Invoker
from local.functions_host.keys import Keys, key_of


class Admin:
    """Handles requests under ``/admin/``; all but ``/admin/host/ping`` need the master key."""

    def __init__(self, functions: Sequence[Function], host_id: str, keys: Keys, invoker: Invoker) -> None:
        self._functions = {function.name: function for function in functions}
        self._host_id = host_id
        self._keys = keys
        self._invoker = invoker
        self._started = time.monotonic()
        self._calls: set[asyncio.Task[None]] = set()

    async def handle(self, request: web.Request) -> web.Response:
        """Handle one request."""
        method, path = request.method, request.path.rstrip("/").lower().removeprefix("/admin/")
        if path == "host/ping":
            return web.Response()
        if not self._keys.allow_admin(key_of(request.headers, request.query)):
            return web.Response(status=401)
        if (method, path) == ("GET", "host/status"):
            return web.json_response(self._status())
        if (method, path) == ("GET", "functions"):
            return web.json_response([_described(function) for function in self._functions.values()])
        if method == "POST" and path.startswith("functions/"):
            return await self._run(request)
        return web.Response(status=404)

    async def run(self, stopping: asyncio.Event) -> None:
        """Wait until ``stopping`` is set, and then until the functions that were run by hand have ended."""
        await stopping.wait()
        await asyncio.gather(*self._calls)

    def _status(self) -> dict[str, Any]:
        uptime = round(1000 * (time.monotonic() - self._started))
        return {"id": self._host_id, "state": "Running", "version": "local", "processUptime": uptime}

    async def _run(self, request: web.Request) -> web.Response:
        function = self._functions.get(request.path.rstrip("/").rpartition("/")[2])
        if function is None:
            return web.Response(status=404)
        if function.kind == "httpTrigger":
            return web.Response(status=400, text="Call an HTTP function by its route.")
        try:
            data, metadata = _input(function, (json.loads(await request.read() or b"{}")).get("input"))
        except (ValueError, AttributeError):
            return web.Response(status=400, text='Send {"input": "..."} with a message, or an event in JSON.')
        call = asyncio.create_task(self._invoke(function, data, metadata))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return web.Response(status=202)

    async def _invoke(self, function: Function, data: Datum, metadata: dict[str, Datum]) -> None:
        try:
            await self._invoker.invoke(function, data, metadata)
        except InvocationError:
            return  # The invoker has logged it, and the caller has got its 202.


def _input(function: Function, input: Any) -> tuple[Datum, dict[str, Datum]]:
    if function.kind == "timerTrigger":
        return payloads.timer(past_due=False, status=None), {}
    text = input if isinstance(input, str) else json.dumps(input)
    if function.kind == "eventGridTrigger":
        event = json.loads(text)
        return payloads.event(event), {"data": payloads.event(event.get("data"))}
    return payloads.queue_message(text), {}


def _described(function: Function) -> dict[str, Any]:
    return {"name": function.name, "language": "python", "config": {"bindings": [dict(function.trigger)]}}
