"""The FastAPI app, made when the first request arrives."""

from collections.abc import Callable

from fastapi import FastAPI

from shared.api import decisions, errors, health, runs, score
from shared.api.score import AsyncScorer
from shared.ports import Ports

PREFIX = "/api"


def create_app(ports: Callable[[], Ports] | None = None, scorer: Callable[[], AsyncScorer] | None = None) -> FastAPI:
    """The app, over the real gateways unless others are given."""
    from shared import wiring

    app = FastAPI(title="Tunedrop", openapi_url=f"{PREFIX}/openapi.json", docs_url=None, redoc_url=None)
    ports = ports or wiring.ports
    app.include_router(score.router(ports, scorer or wiring.scorer), prefix=PREFIX)
    app.include_router(runs.router(ports), prefix=PREFIX)
    app.include_router(decisions.router(ports), prefix=PREFIX)
    app.include_router(health.router(ports), prefix=PREFIX)
    errors.install(app)
    return app
