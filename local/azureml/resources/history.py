"""Handlers of the run history: status, error, children, logs and outputs of every run."""

from typing import Any

from aiohttp import web

from local.azureml.core.dates import iso
from local.azureml.core.events import experiment_id
from local.azureml.core.http import WS, Route, json_body, json_response
from local.azureml.core.store import Document
from local.azureml.core.tokens import Plane
from local.azureml.services import Services
from local.azureml.storage.datastores import ARTIFACT_STORE, BLOB_STORE
from local.azureml.training.jobs import JOBS

_HISTORY = f"/history/v1.0{WS}"


class History:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._runs = services.runs

    def routes(self) -> list[Route]:
        run, named = f"{_HISTORY}/runs/{{run}}", f"{_HISTORY}/experiments/{{experiment}}/runs/{{run}}"
        return [
            Route("GET", run, self.get, Plane.DATA),
            Route("GET", f"{run}/details", self.details, Plane.DATA),
            Route("GET", f"{run}/children", self.children, Plane.DATA),
            Route("PATCH", named, self.patch, Plane.DATA),
            Route("POST", f"{_HISTORY}/rundata", self.data, Plane.DATA),
            Route("POST", f"/data/v1.0{WS}/dataversion/batchGetResolvedUris", self.uris, Plane.DATA),
        ]

    async def get(self, request: web.Request) -> web.Response:
        """A run, parent or child"""
        return json_response(self._run(self._read(request)))

    async def details(self, request: web.Request) -> web.Response:
        """Status, times, error and log files of a run"""
        run = self._read(request)
        return json_response(
            {
                "runId": run["id"],
                "target": run.get("target"),
                "status": run["status"],
                "startTimeUtc": iso(run.get("started")),
                "endTimeUtc": iso(run.get("ended")),
                "error": _error(run),
                "warnings": [],
                "properties": run["properties"],
                "inputDatasets": [],
                "outputDatasets": [],
                "logFiles": self._logs(run),
                "submittedBy": "tunedrop",
            }
        )

    async def children(self, request: web.Request) -> web.Response:
        """Steps of a pipeline's run"""
        run = self._read(request)
        return json_response({"value": [self._run(child) for child in self._runs.children(run["id"])]})

    async def patch(self, request: web.Request) -> web.Response:
        """Change a run's name, tags and properties"""
        run, body = self._runs.require(request.match_info["run"]), await json_body(request)
        changes: Document = {key: run[key] | (body.get(key) or {}) for key in ("tags", "properties")}
        if body.get("displayName"):
            changes["display_name"] = body["displayName"]
        return json_response(self._run(self._runs.update(run["id"], **changes)))

    async def data(self, request: web.Request) -> web.Response:
        """A run with its outputs as assets"""
        run = self._runs.require(str((await json_body(request)).get("runId")))
        return json_response({"runMetadata": self._run(run) | {"outputs": self._outputs(run)}})

    async def uris(self, request: web.Request) -> web.Response:
        """URIs of outputs"""
        assets = (await json_body(request)).get("values") or []
        uris = {asset: {"uri": self._output_uri(asset), "type": "UriFolder"} for asset in assets}
        return json_response({"values": uris})

    def _read(self, request: web.Request) -> Document:
        run = self._runs.require(request.match_info["run"])
        self._services.jobs.note_read(run["root"])
        return run

    def _run(self, run: Document) -> dict[str, Any]:
        return {
            "runNumber": run["number"],
            "runId": run["id"],
            "rootRunId": run["root"],
            "parentRunId": run["parent"],
            "displayName": run["display_name"],
            "name": run["name"],
            "experimentId": experiment_id(self._services.addresses, run["experiment"]),
            "status": run["status"],
            "createdUtc": iso(run["created"]),
            "startTimeUtc": iso(run.get("started")),
            "endTimeUtc": iso(run.get("ended")),
            "runType": run["kind"],
            "target": run.get("target"),
            "tags": run["tags"],
            "properties": run["properties"],
            "error": _error(run),
        }

    def _logs(self, run: Document) -> dict[str, str]:
        """URLs of the logs, by their path in the run's folder of the artifact store."""
        folder = f"ExperimentRun/dcid.{run['id']}/"
        container = self._services.datastores.container(ARTIFACT_STORE)
        url = f"https://{self._services.datastores.account(ARTIFACT_STORE)}.blob.localhost/{container}"
        blobs = self._services.disk.list(container, folder)
        return {blob.name.removeprefix(folder): f"{url}/{blob.name}" for blob in blobs}

    def _outputs(self, run: Document) -> dict[str, Any]:
        """All outputs, as folders: azure-ai-ml 1.35 fails before it asks for the URI of a model."""
        job = self._services.store.get(JOBS, run["id"])
        if job is None or run["status"] != "Completed":
            return {}
        names = set(job["properties"].get("outputs") or {}) - {"default"}
        return {name: {"assetId": f"{run['id']}/{name}", "type": "uri_folder"} for name in sorted(names)}

    def _output_uri(self, asset: str) -> str:
        job, _, output = asset.partition("/")
        return self._services.addresses.data_path(BLOB_STORE, f"azureml/{job}/{output}/")


def _error(run: Document) -> dict[str, Any] | None:
    return None if run["error"] is None else {"error": run["error"] | {"details": []}}
