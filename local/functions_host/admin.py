"""The admin API: the host's state, its functions, and running one by hand."""

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
from local.functions_host.keys import Keys, given_key


class Admin:
    """Answers under ``/admin/``; everything but ``/admin/host/ping`` wants the master key."""

    def __init__(self, functions: Sequence[Function], host_id: str, keys: Keys, invoker: Invoker) -> None:
        self._functions = {each.name: each for each in functions}
        self._host_id = host_id
        self._keys = keys
        self._invoker = invoker
        self._started = time.monotonic()
        self._calls: set[asyncio.Task[None]] = set()

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request."""
        method, path = request.method, request.path.rstrip("/").lower().removeprefix("/admin/")
        if path == "host/ping":
            return web.Response()
        if not self._keys.open_admin(given_key(request.headers, request.query)):
            return web.Response(status=401)
        if (method, path) == ("GET", "host/status"):
            return web.json_response(self._status())
        if (method, path) == ("GET", "functions"):
            return web.json_response([_described(each) for each in self._functions.values()])
        if method == "POST" and path.startswith("functions/"):
            return await self._run(request)
        return web.Response(status=404)

    async def run(self, stopping: asyncio.Event) -> None:
        """Wait until ``stopping`` is set, and then for the calls that are under way."""
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
            return web.Response(status=400, text='Send {"input": "..."}: a message, or an event as JSON.')
        call = asyncio.create_task(self._invoke(function, data, metadata))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return web.Response(status=202)

    async def _invoke(self, function: Function, data: Datum, metadata: dict[str, Datum]) -> None:
        try:
            await self._invoker.invoke(function, data, metadata)
        except InvocationError:
            return  # The invoker logged it, and whoever asked has their 202 already.


def _input(function: Function, given: Any) -> tuple[Datum, dict[str, Datum]]:
    if function.kind == "timerTrigger":
        return payloads.timer(past_due=False, status=None), {}
    text = given if isinstance(given, str) else json.dumps(given)
    if function.kind == "eventGridTrigger":
        event = json.loads(text)
        return payloads.event(event), {"data": payloads.event(event.get("data"))}
    return payloads.queue_message(text), {}


def _described(function: Function) -> dict[str, Any]:
    return {"name": function.name, "language": "python", "config": {"bindings": [dict(function.trigger)]}}
