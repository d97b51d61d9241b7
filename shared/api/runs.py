"""Routes that list runs and show one."""

from collections.abc import Callable

from fastapi import APIRouter

from shared.core.errors import NotFoundError
from shared.core.naming import project_of_run
from shared.models.base import Model
from shared.models.run import Run, TimelineEntry
from shared.ports import Ports


class RunList(Model):
    """Runs, newest first."""

    runs: list[Run]


class RunReport(Model):
    """A run and its timeline."""

    run: Run
    timeline: list[TimelineEntry]


def router(ports: Callable[[], Ports]) -> APIRouter:
    """``GET /runs?project=`` and ``GET /runs/{run_id}``."""
    routes = APIRouter()

    @routes.get("/runs")
    def list_runs(project: str | None = None) -> RunList:
        return RunList(runs=sorted(ports().runs.all(project), key=lambda run: run.created, reverse=True))

    @routes.get("/runs/{run_id}")
    def show_run(run_id: str) -> RunReport:
        project = project_of_run(run_id)
        stored = ports().runs.get(project, run_id)
        if stored is None:
            raise NotFoundError(f"There is no run '{run_id}'.", "GET /api/runs lists all runs.")
        return RunReport(run=stored.value, timeline=ports().runs.timeline(run_id, project))

    return routes
