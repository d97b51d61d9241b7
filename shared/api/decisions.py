"""Routes with which people approve, cancel and retry runs."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Header
from pydantic import Field

from shared.core.naming import project_of_run
from shared.models.base import Model
from shared.models.run import Decided, Run
from shared.ports import Ports
from shared.runs.decisions import decide

UNNAMED: Final = "someone with the key"
"""Recorded where neither the request nor the sign-in names a person."""


class DecisionRequest(Model):
    """Body of a decision. Where App Service authentication is set up, the person who signed in overrides ``by``."""

    by: str = Field(UNNAMED, min_length=1, max_length=100)


def router(ports: Callable[[], Ports]) -> APIRouter:
    """``POST /runs/{run_id}/{approve | cancel | retry}``."""
    routes = APIRouter()

    @routes.post("/runs/{run_id}/{decision}")
    def decide_run(
        run_id: str,
        decision: Decided,
        body: DecisionRequest | None = None,
        x_ms_client_principal_name: Annotated[str | None, Header()] = None,
    ) -> Run:
        by = x_ms_client_principal_name or (body or DecisionRequest()).by
        return decide(project_of_run(run_id), run_id, decision, by, ports())

    return routes
