"""The host's HTTP front end: HTTP triggers, the Event Grid webhook, and the admin API."""

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
from local.functions_host.keys import Keys, key_of
from local.functions_host.routes import Route
from local.functions_host.webhook import EventGridWebhook

_LARGEST_BODY = 100 * 2**20
_SET_BY_SERVER = frozenset({"content-length", "transfer-encoding", "connection"})


class FrontEnd:
    """Routes each request to a function, the webhook or the admin API.

    Raises:
        AppError: a function's route is wrong.
    """

    def __init__(
        self, functions: Sequence[Function], route_prefix: str, keys: Keys, invoker: Invoker, admin: Admin
    ) -> None:
        self._keys = keys
        self._invoker = invoker
        self._admin = admin
        self._webhook = EventGridWebhook(functions, keys, invoker)
        routed = [(_route(f, route_prefix), f) for f in functions if f.kind == "httpTrigger"]
        self._routes = sorted(routed, key=lambda pair: pair[0].precedence)

    def application(self) -> web.Application:
        """The server's application."""
        application = web.Application(client_max_size=_LARGEST_BODY)
        application.router.add_route("*", "/{path:.*}", self._handle)
        return application

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.lower()
        if path.startswith("/admin/"):
            return await self._admin.handle(request)
        if path.startswith("/runtime/webhooks/"):
            return await self._webhook.handle(request)
        return await self._call(request)

    async def _call(self, request: web.Request) -> web.Response:
        target = self._find(request)
        if target is None:
            return web.Response(status=404)
        function, params = target
        level = str(function.trigger.get("authLevel") or "function")
        if not self._keys.allow_function(level, key_of(request.headers, request.query)):
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
        (name, header.value) for name, header in result.value["headers"].items() if name.lower() not in _SET_BY_SERVER
    )
    for cookie in result.value.get("cookies") or ():
        _add_cookie(headers, cookie)
    return web.Response(status=int(result.value["status_code"].value), headers=headers, body=result.value["body"].value)


def _add_cookie(headers: CIMultiDict[str], cookie: SimpleCookie) -> None:
    for morsel in cookie.values():
        headers.add("Set-Cookie", morsel.OutputString())
