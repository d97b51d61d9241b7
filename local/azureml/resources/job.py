"""Handlers of pipeline jobs: submit, read, list, cancel."""

from typing import Any

from aiohttp import web

from local.azureml.core.dates import system_data
from local.azureml.core.errors import immutable, invalid, not_found
from local.azureml.core.http import WS, Route, json_body, json_response
from local.azureml.core.store import Document
from local.azureml.registry.catalog import COMPUTES
from local.azureml.services import Services
from local.azureml.training import pipeline
from local.azureml.training.jobs import JOBS

_IMMUTABLE = ("jobType", "experimentName", "jobs", "inputs", "settings", "identity", "computeId")


class Job:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._addresses = services.addresses

    def routes(self) -> list[Route]:
        job = f"{WS}/jobs/{{name}}"
        return [
            Route("GET", f"{WS}/jobs", self.list),
            Route("GET", job, self.get),
            Route("PUT", job, self.put),
            Route("POST", f"{job}/cancel", self.cancel),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """All pipeline jobs, or those with a certain `tag`, newest first"""
        jobs = sorted(self._services.store.all(JOBS), key=lambda pair: float(pair[1]["created"]), reverse=True)
        documents = [self._document(name, job) for name, job in jobs]
        tag = request.query.get("tag")
        tagged = [document for document in documents if tag is None or tag in document["properties"]["tags"]]
        return json_response({"value": tagged})

    async def get(self, request: web.Request) -> web.Response:
        """A pipeline job with its status"""
        name = request.match_info["name"]
        document = self._document(name, self._require(name))
        self._services.jobs.note_read(name)
        return json_response(document)

    async def put(self, request: web.Request) -> web.Response:
        """Submit a pipeline job; to submit it again succeeds, but not to submit another job under its name"""
        name = request.match_info["name"]
        properties = (await json_body(request)).get("properties") or {}
        before = self._services.store.get(JOBS, name)
        if before is not None:
            _check_unchanged(name, before["properties"], properties)
            return json_response(self._document(name, before))
        plan = pipeline.read(properties)
        self._check_identity(properties)
        _check_computes(plan.computes)
        self._services.jobs.submit(name, properties)
        return json_response(self._document(name, self._require(name)), 201)

    async def cancel(self, request: web.Request) -> web.Response:
        """Cancel a job and end its running step"""
        self._services.jobs.cancel(request.match_info["name"])
        return web.Response(status=200)

    def _require(self, name: str) -> Document:
        job = self._services.store.get(JOBS, name)
        if job is None:
            raise not_found(f"Job '{name}'")
        return job

    def _check_identity(self, properties: Document) -> None:
        """Check that the job has an identity, if its submitter cannot lend it a token."""
        if self._services.config.submitter == "managed" and not properties.get("identity"):
            raise invalid(
                "The job has no identity, and its submitter is a managed identity, on whose behalf the cluster cannot "
                "get a token. Set the job's identity to a managed identity.",
                "JobIdentityRequired",
            )

    def _document(self, name: str, job: Document) -> dict[str, Any]:
        own = self._addresses
        run = self._services.runs.require(name)
        tracking = f"azureml://{own.host}/mlflow/v1.0{own.workspace_id}?"
        studio = f"https://ml.azure.com/runs/{name}?wsid={own.workspace_id}"
        properties = {
            "computeId": None,
            **job["properties"],
            "displayName": run["display_name"],
            "status": run["status"],
            "tags": {key: value for key, value in run["tags"].items() if not key.startswith("azureml.")},
            "properties": run["properties"],
            "services": {
                "Tracking": {"jobServiceType": "Tracking", "endpoint": tracking},
                "Studio": {"jobServiceType": "Studio", "endpoint": studio},
            },
            "outputs": self._outputs(name, job["properties"]),
        }
        return {
            "id": own.resource("jobs", name),
            "name": name,
            "type": "Microsoft.MachineLearningServices/workspaces/jobs",
            "systemData": system_data(job["created"]),
            "properties": properties,
        }

    def _outputs(self, name: str, properties: Document) -> dict[str, Any]:
        folder = f"azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.{name}"
        logs = {"jobOutputType": "uri_folder", "mode": "ReadWriteMount", "uri": folder}
        return {**(properties.get("outputs") or {}), "default": logs}


def _check_unchanged(name: str, before: Document, now: Document) -> None:
    changed = [key for key in _IMMUTABLE if _without_nulls(before.get(key)) != _without_nulls(now.get(key))]
    if changed:
        raise immutable(
            f"A job with name '{name}' already exists, and its {', '.join(changed)} cannot be changed. "
            "Use another name to submit another job.",
            "JobPropertyImmutable",
        )


def _without_nulls(value: Any) -> Any:
    """A value without its nulls and empty objects, which mean the same as absent keys."""
    if isinstance(value, dict):
        members = {key: _without_nulls(member) for key, member in value.items()}
        return {key: member for key, member in members.items() if member not in (None, {}, [])}
    return value


def _check_computes(names: set[str]) -> None:
    for name in sorted(names):
        if name not in COMPUTES:
            raise invalid(f"Unknown compute target '{name}'. There are {', '.join(COMPUTES)}.", "UnknownCompute")
