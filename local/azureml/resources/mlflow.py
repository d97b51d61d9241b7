"""MLflow's tracking API, as far as runs and metrics are read through it."""

import re
from itertools import islice
from typing import Any

from aiohttp import web

from local.azureml.core.addresses import Addresses
from local.azureml.core.errors import ApiError
from local.azureml.core.events import experiment_id
from local.azureml.core.http import WS, Route, answer, body_of
from local.azureml.core.store import Document
from local.azureml.core.tokens import Plane
from local.azureml.services import Services

_API = f"/mlflow/{{version:v[12]\\.0}}{WS}/api/2.0/mlflow"
_STATUSES = {
    "Completed": "FINISHED",
    "Failed": "FAILED",
    "Canceled": "KILLED",
    "Running": "RUNNING",
    "Finalizing": "RUNNING",
}
_CLAUSE = re.compile(r"""\s*(tags|attributes?)\.[`"]?([\w.]+)[`"]?\s*=\s*['"]([^'"]*)['"]\s*""")


class Mlflow:
    def __init__(self, services: Services) -> None:
        self._runs = services.runs
        self._addresses = services.addresses

    def routes(self) -> list[Route]:
        return [
            Route("GET", f"{_API}/experiments/get-by-name", self.experiment_by_name, Plane.DATA),
            Route("GET", f"{_API}/experiments/get", self.experiment, Plane.DATA),
            Route("POST", f"{_API}/runs/search", self.search, Plane.DATA),
            Route("GET", f"{_API}/runs/get", self.get, Plane.DATA),
            Route("GET", f"{_API}/metrics/get-history", self.history, Plane.DATA),
        ]

    async def experiment_by_name(self, request: web.Request) -> web.Response:
        """An experiment, by its name"""
        return answer({"experiment": self._experiment("name", request.query.get("experiment_name", ""))})

    async def experiment(self, request: web.Request) -> web.Response:
        """An experiment, by its id"""
        return answer({"experiment": self._experiment("experiment_id", request.query.get("experiment_id", ""))})

    async def search(self, request: web.Request) -> web.Response:
        """Runs of experiments, filtered by equality of tags and attributes"""
        body = await body_of(request)
        wanted = set(body.get("experiment_ids") or [])
        clauses = _clauses(str(body.get("filter") or ""))
        runs = sorted(self._runs.all(), key=lambda run: float(run["created"]), reverse=True)
        found = (run for run in runs if _matches(run, clauses) and self._is_of(run, wanted))
        most = int(body.get("max_results") or 1000)
        return answer({"runs": [self._run(run) for run in islice(found, most)]})

    async def get(self, request: web.Request) -> web.Response:
        """A run with the last value of each metric"""
        return answer({"run": self._run(self._asked(request))})

    async def history(self, request: web.Request) -> web.Response:
        """All points of a metric of a run"""
        key = request.query.get("metric_key", "")
        points = self._runs.metrics(self._asked(request))
        return answer({"metrics": [_metric(point) for point in points if point["name"] == key]})

    def _asked(self, request: web.Request) -> Document:
        return self._runs.require(request.query.get("run_id") or request.query.get("run_uuid", ""))

    def _experiment(self, key: str, value: str) -> dict[str, Any]:
        for name in {run["experiment"] for run in self._runs.all()}:
            document = _experiment(self._addresses, name)
            if document[key] == value:
                return document
        raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"No experiment has the {key} '{value}'.")

    def _is_of(self, run: Document, experiments: set[str]) -> bool:
        """Whether a run is of one of these experiments; of any, if there are none."""
        return not experiments or experiment_id(self._addresses, run["experiment"]) in experiments

    def _run(self, run: Document) -> dict[str, Any]:
        last = {point["name"]: _metric(point) for point in self._runs.metrics(run)}
        return {
            "info": {
                **_attributes(run),
                "experiment_id": experiment_id(self._addresses, run["experiment"]),
                "start_time": _milliseconds(run.get("started", run["created"])),
                "end_time": _milliseconds(run.get("ended")),
                "artifact_uri": f"azureml://experiments/{run['experiment']}/runs/{run['id']}/artifacts",
                "lifecycle_stage": "active",
            },
            "data": {
                "metrics": list(last.values()),
                "params": [],
                "tags": [{"key": key, "value": value} for key, value in _tags(run).items()],
            },
            "inputs": {},
        }


def _experiment(addresses: Addresses, name: str) -> dict[str, Any]:
    number = experiment_id(addresses, name)
    return {"experiment_id": number, "name": name, "artifact_location": "", "lifecycle_stage": "active", "tags": []}


def _metric(point: dict[str, Any]) -> dict[str, Any]:
    when = _milliseconds(point.get("t"))
    return {"key": point["name"], "value": point["value"], "timestamp": when, "step": int(point.get("step") or 0)}


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * 1000)


def _clauses(text: str) -> list[tuple[str, str, str]]:
    """(``tags`` or ``attributes``, key, value) of a filter.

    Raises:
        ApiError: 400, it is more than equalities joined by ``and``.
    """
    services = [part for part in re.split(r"\s+and\s+", text, flags=re.IGNORECASE) if part.strip()]
    found = [_CLAUSE.fullmatch(part) for part in services]
    if None in found:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", f"The stand-in can't read the filter '{text}'.")
    return [(clause[1], clause[2], clause[3]) for clause in found if clause]


def _matches(run: Document, clauses: list[tuple[str, str, str]]) -> bool:
    of = {"tags": _tags(run), "attribute": _attributes(run), "attributes": _attributes(run)}
    return all(of[where].get(key) == value for where, key, value in clauses)


def _attributes(run: Document) -> dict[str, str]:
    status = _STATUSES.get(run["status"], "SCHEDULED")
    return {"run_id": run["id"], "run_uuid": run["id"], "run_name": run["display_name"], "status": status}


def _tags(run: Document) -> dict[str, str]:
    parent = {"mlflow.parentRunId": run["parent"]} if run["parent"] else {}
    own = {"mlflow.rootRunId": run["root"], "mlflow.runName": run["display_name"], "mlflow.user": "tunedrop"}
    return {key: str(value) for key, value in {**own, **parent, **run["tags"]}.items()}
