"""``/runtime/webhooks/EventGrid``: the webhook to which Event Grid delivers."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, Final

from aiohttp import web

from local.functions_host import payloads
from local.functions_host.application import Function
from local.functions_host.errors import InvocationError
from local.functions_host.invoker import Invoker
from local.functions_host.keys import Keys, key_of

PATH: Final = "/runtime/webhooks/EventGrid"


class EventGridWebhook:
    """Handles both validation handshakes, and notifications: one call for each event, in parallel."""

    def __init__(self, functions: Sequence[Function], keys: Keys, invoker: Invoker) -> None:
        self._functions = {f.name: f for f in functions if f.kind == "eventGridTrigger"}
        self._keys = keys
        self._invoker = invoker

    async def handle(self, request: web.Request) -> web.Response:
        """Handle one request: 404 for another path or function, 401 for a wrong key, 500 if a call failed, else 202."""
        if request.path.rstrip("/").lower() != PATH.lower():
            return web.Response(status=404)
        if not self._keys.allow_webhook(key_of(request.headers, request.query)):
            return web.Response(status=401)
        name = request.query.get("functionName", "")
        if name not in self._functions:
            return web.Response(status=404, text=f"There is no Event Grid function '{name}'.")
        if request.method == "OPTIONS":
            return _cloud_events_handshake(request)
        return await self._post(self._functions[name], request)

    async def _post(self, function: Function, request: web.Request) -> web.Response:
        match request.headers.get("aeg-event-type", "").lower():
            case "subscriptionvalidation":
                return _handshake(await _events(request))
            case "notification":
                return await self._notify(function, await _events(request), request.headers.get("traceparent"))
            case "unsubscribe":
                return web.Response(status=202)
        return web.Response(status=400, text="The header aeg-event-type is missing or unknown.")

    async def _notify(self, function: Function, events: list[Any], trace: str | None) -> web.Response:
        calls = (self._invoke(function, event, trace) for event in events)
        failed = [error for error in await asyncio.gather(*calls) if error is not None]
        return web.Response(status=500, text=str(failed[0])) if failed else web.Response(status=202)

    async def _invoke(self, function: Function, event: Any, trace: str | None) -> InvocationError | None:
        metadata = {"data": payloads.event(event.get("data"))}
        try:
            await self._invoker.invoke(function, payloads.event(event), metadata, trace)
        except InvocationError as error:
            return error
        return None


def _cloud_events_handshake(request: web.Request) -> web.Response:
    origin = request.headers.get("WebHook-Request-Origin", "eventgrid.azure.net")
    return web.Response(headers={"WebHook-Allowed-Origin": origin})


def _handshake(events: list[Any]) -> web.Response:
    return web.json_response({"validationResponse": events[0]["data"]["validationCode"]})


async def _events(request: web.Request) -> list[Any]:
    document = json.loads(await request.read())
    return document if isinstance(document, list) else [document]
