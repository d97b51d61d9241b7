"""The route that scores: it passes the lesson's body on to the project's endpoint."""

import asyncio
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Protocol

from fastapi import APIRouter, Header

from shared.core.errors import NotFoundError
from shared.models.project import Serving, Usage
from shared.models.scoring import ScoreRequest
from shared.ports import Ports

SERVING_TTL: Final = timedelta(seconds=5)
"""How long an app instance reuses the serving row of a project."""
_USAGE_INTERVAL: Final = timedelta(seconds=10)
"""How often an app instance records that an endpoint is used; shorter than any sensible idle time of a lease."""
_INSTANCE: Final = os.environ.get("WEBSITE_INSTANCE_ID", f"pid-{os.getpid()}")[:32]


class AsyncScorer(Protocol):
    async def score(self, scoring_uri: str, body: Mapping[str, Any], deployment: str | None = None) -> Any:
        """As ``ports.Scorer``, without blocking.

        Raises:
            ScoringError: the deployment answered with an error, or not at all.
        """
        ...


class ServingCache:
    """Keeps the serving row and the usage of each project in memory for some seconds."""

    def __init__(self, ports: Callable[[], Ports]) -> None:
        self._ports = ports
        self._serving: dict[str, tuple[datetime, Serving]] = {}
        self._usage: dict[str, Usage] = {}

    def serving(self, project: str) -> Serving:
        """The project's endpoint.

        Raises:
            NotFoundError: the project has no endpoint in service.
        """
        now = self._ports().clock.now()
        expires, serving = self._serving.get(project, (now, None))
        if serving is None or expires <= now:
            serving = self._read(project)
            self._serving[project] = (now + SERVING_TTL, serving)
        return serving

    def record_use(self, project: str) -> None:
        """Count a request; the count is stored every ``_USAGE_INTERVAL``."""
        now = self._ports().clock.now()
        previous = self._usage.get(project)
        count = previous.requests + 1 if previous else 1
        if previous and now - previous.last_used < _USAGE_INTERVAL:
            self._usage[project] = previous.model_copy(update={"requests": count})
            return
        self._usage[project] = Usage(project=project, instance=_INSTANCE, last_used=now, requests=count)
        self._ports().projects.put_usage(self._usage[project])

    def _read(self, project: str) -> Serving:
        stored = self._ports().projects.serving(project)
        if stored is None or stored.value.champion is None:
            raise NotFoundError(
                f"Nothing is deployed for '{project}' yet.", f"GET /api/runs?project={project} shows its runs."
            )
        if stored.value.phase != "up":
            raise NotFoundError(
                f"The endpoint of '{project}' was deleted: its lease ran out.",
                "Upload the data again to bring it back.",
            )
        return stored.value


def router(ports: Callable[[], Ports], scorer: Callable[[], AsyncScorer]) -> APIRouter:
    """``POST /score/{project}``."""
    routes = APIRouter()
    cache = ServingCache(ports)

    @routes.post("/score/{project}")
    async def score(
        project: str, body: ScoreRequest, azureml_model_deployment: Annotated[str | None, Header()] = None
    ) -> Any:
        serving = await asyncio.to_thread(cache.serving, project)
        answer = await scorer().score(serving.scoring_uri or "", body.model_dump(), azureml_model_deployment)
        await asyncio.to_thread(cache.record_use, project)
        return answer

    return routes
