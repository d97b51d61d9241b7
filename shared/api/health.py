"""The route that shows whether the app's settings are complete."""

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter

from shared.models.base import Model
from shared.ports import Ports


class Health(Model):
    """The app can read its settings."""

    status: Literal["ok"] = "ok"
    workspace: str


def router(ports: Callable[[], Ports]) -> APIRouter:
    """``GET /health``: 200, or 503 naming the settings that are missing or wrong."""
    routes = APIRouter()

    @routes.get("/health")
    def health() -> Health:
        return Health(workspace=ports().settings.workspace)

    return routes
