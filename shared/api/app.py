"""Makes the FastAPI app, when the first request arrives."""

from collections.abc import Callable
from typing import Final

from fastapi import FastAPI

from shared.api import decisions, errors, health, runs, score
from shared.api.score import AsyncScorer
from shared.ports import Ports

_PREFIX: Final = "/api"


def create_app(ports: Callable[[], Ports] | None = None, scorer: Callable[[], AsyncScorer] | None = None) -> FastAPI:
    """The app.

    Args:
        ports: makes the ports; without it, the app uses the real gateways.
        scorer: makes the scorer; without it, the app uses the real one.
    """
    from shared import wiring

    app = FastAPI(title="Tunedrop", openapi_url=f"{_PREFIX}/openapi.json", docs_url=None, redoc_url=None)
    ports = ports or wiring.ports
    app.include_router(score.router(ports, scorer or wiring.scorer), prefix=_PREFIX)
    app.include_router(runs.router(ports), prefix=_PREFIX)
    app.include_router(decisions.router(ports), prefix=_PREFIX)
    app.include_router(health.router(ports), prefix=_PREFIX)
    errors.install(app)
    return app
