"""The control API, for people and tests; Event Grid in the cloud has none."""

import json
from typing import Any

from aiohttp import web

from local.eventgrid.grid import Grid
from local.eventgrid.journal import Journal

_MOST_TIMES = 1000


def application(grid: Grid, log: Journal) -> web.Application:
    """The API.

    - ``GET /deliveries[?id=]``: all attempts so far, and the number of pending deliveries.
    - ``GET /events[?id=]``: all published events.
    - ``POST /events[?source=]``: publish an event, or an array of events, to a topic (default: ``custom``).
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
        id = request.query.get("id")
        lines = [line for line in self._log.read() if id in (None, line["id"])]
        return web.json_response({"deliveries": lines, "pending": self._grid.store.count_pending()})

    async def events(self, request: web.Request) -> web.Response:
        id = request.query.get("id")
        published = self._grid.store.events()
        return web.json_response([entry for entry in published if id in (None, entry["event"].get("id"))])

    async def publish(self, request: web.Request) -> web.Response:
        events = _events(await request.read())
        if events is None:
            return web.Response(status=400, text="Send an event or an array of events, each with an id.")
        source = request.query.get("source", "custom")
        return web.json_response({"deliveries": sum(self._grid.publish(source, event) for event in events)}, status=202)

    async def redeliver(self, request: web.Request) -> web.Response:
        times = request.query.get("times", "1")
        if not times.isdigit() or not 1 <= int(times) <= _MOST_TIMES:
            return web.Response(status=400, text=f"times must be a number from 1 to {_MOST_TIMES}.")
        added = self._grid.redeliver(request.match_info["id"], int(times))
        if added is None:
            return web.Response(status=404, text="No event with this id was published.")
        return web.json_response({"deliveries": added}, status=202)


def _events(body: bytes) -> list[dict[str, Any]] | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    events = document if isinstance(document, list) else [document]
    return events if all(isinstance(event, dict) and event.get("id") for event in events) else None
