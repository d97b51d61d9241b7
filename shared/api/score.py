"""Ad-hoc scoring: passes the lesson's body on to the project's endpoint."""

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

FRESH: Final = timedelta(seconds=5)
"""How long an instance may go on with what it knows of a project's endpoint."""
USAGE_EVERY: Final = timedelta(seconds=10)
"""How often an instance writes down that an endpoint is used: less than any sensible idle time of a lease."""
INSTANCE: Final = os.environ.get("WEBSITE_INSTANCE_ID", f"pid-{os.getpid()}")[:32]


class AsyncScorer(Protocol):
    async def score(self, scoring_uri: str, body: Mapping[str, Any], deployment: str | None = None) -> Any:
        """As ``ports.Scorer``, without blocking."""
        ...


class Targets:
    """Where each project is served, and when it was last used: both remembered for a few seconds."""

    def __init__(self, ports: Callable[[], Ports]) -> None:
        self._ports = ports
        self._known: dict[str, tuple[datetime, Serving]] = {}
        self._usage: dict[str, Usage] = {}

    def serving(self, project: str) -> Serving:
        """The project's endpoint.

        Raises:
            NotFoundError: the project has no endpoint in service.
        """
        now = self._ports().clock.now()
        until, known = self._known.get(project, (now, None))
        if known is None or until <= now:
            known = self._read(project)
            self._known[project] = (now + FRESH, known)
        return known

    def used(self, project: str) -> None:
        """Count a request; what was counted is written now and then."""
        now = self._ports().clock.now()
        before = self._usage.get(project)
        count = before.requests + 1 if before else 1
        if before and now - before.last_used < USAGE_EVERY:
            self._usage[project] = before.model_copy(update={"requests": count})
            return
        self._usage[project] = Usage(project=project, instance=INSTANCE, last_used=now, requests=count)
        self._ports().projects.put_usage(self._usage[project])

    def _read(self, project: str) -> Serving:
        stored = self._ports().projects.serving(project)
        if stored is None or stored.value.champion is None:
            raise NotFoundError(
                f"Nothing is deployed for '{project}' yet.", "GET /api/runs shows how far its runs are."
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
    targets = Targets(ports)

    @routes.post("/score/{project}")
    async def score(
        project: str, body: ScoreRequest, azureml_model_deployment: Annotated[str | None, Header()] = None
    ) -> Any:
        serving = await asyncio.to_thread(targets.serving, project)
        answer = await scorer().score(serving.scoring_uri or "", body.model_dump(), azureml_model_deployment)
        await asyncio.to_thread(targets.used, project)
        return answer

    return routes
