"""Handlers of MLflow's tracking API: the calls that read runs and metrics."""

import re
from itertools import islice
from typing import Any

from aiohttp import web

from local.azureml.core.addresses import Addresses
from local.azureml.core.errors import ApiError
from local.azureml.core.events import experiment_id
from local.azureml.core.http import WS, Route, json_body, json_response
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
        """An experiment by its name"""
        return json_response({"experiment": self._experiment("name", request.query.get("experiment_name", ""))})

    async def experiment(self, request: web.Request) -> web.Response:
        """An experiment by its id"""
        return json_response({"experiment": self._experiment("experiment_id", request.query.get("experiment_id", ""))})

    async def search(self, request: web.Request) -> web.Response:
        """Runs of experiments, filtered by the values of tags and attributes"""
        body = await json_body(request)
        experiments = set(body.get("experiment_ids") or [])
        clauses = _clauses(str(body.get("filter") or ""))
        runs = sorted(self._runs.all(), key=lambda run: float(run["created"]), reverse=True)
        matches = (run for run in runs if _matches(run, clauses) and self._is_in(run, experiments))
        most = int(body.get("max_results") or 1000)
        return json_response({"runs": [self._run(run) for run in islice(matches, most)]})

    async def get(self, request: web.Request) -> web.Response:
        """A run with the last value of each metric"""
        return json_response({"run": self._run(self._requested(request))})

    async def history(self, request: web.Request) -> web.Response:
        """All points of a metric of a run"""
        key = request.query.get("metric_key", "")
        points = self._runs.metrics(self._requested(request))
        return json_response({"metrics": [_metric(point) for point in points if point["name"] == key]})

    def _requested(self, request: web.Request) -> Document:
        return self._runs.require(request.query.get("run_id") or request.query.get("run_uuid", ""))

    def _experiment(self, key: str, value: str) -> dict[str, Any]:
        for name in {run["experiment"] for run in self._runs.all()}:
            document = _experiment(self._addresses, name)
            if document[key] == value:
                return document
        raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"No experiment has the {key} '{value}'.")

    def _is_in(self, run: Document, experiments: set[str]) -> bool:
        """Whether a run belongs to one of these experiments, or to any if none are named."""
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
    """(``tags`` or ``attributes``, key, value) of each clause of a filter.

    Raises:
        ApiError: 400, a clause is not an equality.
    """
    clauses = [clause for clause in re.split(r"\s+and\s+", text, flags=re.IGNORECASE) if clause.strip()]
    matches = [_CLAUSE.fullmatch(clause) for clause in clauses]
    if None in matches:
        message = f"The stand-in reads only filters of equalities joined by 'and'; this one was '{text}'."
        raise ApiError(400, "INVALID_PARAMETER_VALUE", message)
    return [(match[1], match[2], match[3]) for match in matches if match]


def _matches(run: Document, clauses: list[tuple[str, str, str]]) -> bool:
    values = {"tags": _tags(run), "attribute": _attributes(run), "attributes": _attributes(run)}
    return all(values[kind].get(key) == value for kind, key, value in clauses)


def _attributes(run: Document) -> dict[str, str]:
    status = _STATUSES.get(run["status"], "SCHEDULED")
    return {"run_id": run["id"], "run_uuid": run["id"], "run_name": run["display_name"], "status": status}


def _tags(run: Document) -> dict[str, str]:
    parent = {"mlflow.parentRunId": run["parent"]} if run["parent"] else {}
    own = {"mlflow.rootRunId": run["root"], "mlflow.runName": run["display_name"], "mlflow.user": "tunedrop"}
    return {key: str(value) for key, value in {**own, **parent, **run["tags"]}.items()}
