"""Event Grid's control API, for people and tests; the cloud has no such thing."""

import json
from typing import Any

from aiohttp import web

from local.eventgrid.grid import Grid
from local.eventgrid.journal import Journal

_MOST_TIMES = 1000


def application(grid: Grid, log: Journal) -> web.Application:
    """The API.

    - ``GET /deliveries[?id=]``: the tries so far, and how many deliveries are pending.
    - ``GET /events[?id=]``: what was published.
    - ``POST /events[?source=]``: publish an event or an array of them under a topic (``custom``).
    - ``POST /events/{id}/redeliver[?times=]`` or ``POST /deliveries/{id}``: deliver an event again.
    """
    control = _Control(grid, log)
    app = web.Application()
    app.router.add_get("/deliveries", control.deliveries)
    app.router.add_get("/events", control.events)
    app.router.add_post("/events", control.publish)
    app.router.add_post("/events/{id}/redeliver", control.redeliver)
    app.router.add_post("/deliveries/{id}", control.redeliver)
    return app


class _Control:
    def __init__(self, grid: Grid, log: Journal) -> None:
        self._grid = grid
        self._log = log

    async def deliveries(self, request: web.Request) -> web.Response:
        wanted = request.query.get("id")
        lines = [line for line in self._log.read() if wanted in (None, line["id"])]
        return web.json_response({"deliveries": lines, "pending": self._grid.store.count_pending()})

    async def events(self, request: web.Request) -> web.Response:
        wanted = request.query.get("id")
        return web.json_response([e for e in self._grid.store.events() if wanted in (None, e["event"].get("id"))])

    async def publish(self, request: web.Request) -> web.Response:
        events = _events(await request.read())
        if events is None:
            return web.Response(status=400, text="Send an event, or an array of them; each needs an id.")
        source = request.query.get("source", "custom")
        return web.json_response({"deliveries": sum(self._grid.publish(source, event) for event in events)}, status=202)

    async def redeliver(self, request: web.Request) -> web.Response:
        times = request.query.get("times", "1")
        if not times.isdigit() or not 1 <= int(times) <= _MOST_TIMES:
            return web.Response(status=400, text=f"times is a number from 1 to {_MOST_TIMES}.")
        added = self._grid.repeat(request.match_info["id"], int(times))
        if added is None:
            return web.Response(status=404, text="There is no such event.")
        return web.json_response({"deliveries": added}, status=202)


def _events(body: bytes) -> list[dict[str, Any]] | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    events = document if isinstance(document, list) else [document]
    return events if all(isinstance(event, dict) and event.get("id") for event in events) else None
