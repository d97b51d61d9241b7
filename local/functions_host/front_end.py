"""The host's HTTP server: HTTP triggers, the Event Grid webhook, the admin API."""

from collections.abc import Sequence
from http.cookies import SimpleCookie
from urllib.parse import unquote

from aiohttp import web
from azure.functions.meta import Datum
from multidict import CIMultiDict, MultiMapping

from local.functions_host import payloads
from local.functions_host.admin import Admin
from local.functions_host.application import Function
from local.functions_host.errors import InvocationError
from local.functions_host.invoker import Invoker
from local.functions_host.keys import Keys, given_key
from local.functions_host.routes import Route
from local.functions_host.webhook import EventGridWebhook

_LARGEST_BODY = 100 * 2**20
_OURS_TO_SET = frozenset({"content-length", "transfer-encoding", "connection"})


class FrontEnd:
    """Everything that answers HTTP."""

    def __init__(
        self, functions: Sequence[Function], route_prefix: str, keys: Keys, invoker: Invoker, admin: Admin
    ) -> None:
        self._keys = keys
        self._invoker = invoker
        self._admin = admin
        self._webhook = EventGridWebhook(functions, keys, invoker)
        routed = [(_route(each, route_prefix), each) for each in functions if each.kind == "httpTrigger"]
        self._routes = sorted(routed, key=lambda pair: pair[0].precedence)

    def application(self) -> web.Application:
        """The server's application."""
        application = web.Application(client_max_size=_LARGEST_BODY)
        application.router.add_route("*", "/{path:.*}", self._answer)
        return application

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.lower()
        if path.startswith("/admin/"):
            return await self._admin.answer(request)
        if path.startswith("/runtime/webhooks/"):
            return await self._webhook.answer(request)
        return await self._call(request)

    async def _call(self, request: web.Request) -> web.Response:
        found = self._find(request)
        if found is None:
            return web.Response(status=404)
        function, params = found
        level = str(function.trigger.get("authLevel") or "function")
        if not self._keys.open_function(level, given_key(request.headers, request.query)):
            return web.Response(status=401)
        data = payloads.http(
            request.method,
            str(request.url),
            _joined(request.headers),
            params,
            _joined(request.query),
            await request.read(),
        )
        try:
            result = await self._invoker.invoke(function, data, trace=request.headers.get("traceparent"))
        except InvocationError:
            return web.Response(status=500)
        return _response(result)

    def _find(self, request: web.Request) -> tuple[Function, dict[str, str]] | None:
        path = [unquote(part) for part in request.rel_url.raw_path.strip("/").split("/")]
        for route, function in self._routes:
            methods = function.trigger.get("methods")
            if methods and request.method not in {method.upper() for method in methods}:
                continue
            params = route.match(path)
            if params is not None:
                return function, params
        return None


def _route(function: Function, prefix: str) -> Route:
    return Route(f"{prefix}/{function.trigger.get('route') or function.name}")


def _joined(values: MultiMapping[str]) -> dict[str, str]:
    return {name: ",".join(values.getall(name)) for name in values}


def _response(result: Datum | None) -> web.Response:
    if result is None:
        return web.Response(status=204)
    if result.type != "http":
        return web.Response(text=str(result.value))
    headers = CIMultiDict(
        (name, header.value) for name, header in result.value["headers"].items() if name.lower() not in _OURS_TO_SET
    )
    for cookie in result.value.get("cookies") or ():
        _add_cookie(headers, cookie)
    return web.Response(status=int(result.value["status_code"].value), headers=headers, body=result.value["body"].value)


def _add_cookie(headers: CIMultiDict[str], cookie: SimpleCookie) -> None:
    for morsel in cookie.values():
        headers.add("Set-Cookie", morsel.OutputString())
