"""Pipeline jobs: submitted, read, cancelled."""

from typing import Any

from aiohttp import web

from local.azureml.core.dates import system_data
from local.azureml.core.errors import immutable, invalid, not_found
from local.azureml.core.http import WS, Route, answer, body_of
from local.azureml.core.store import Document
from local.azureml.registry.catalog import COMPUTES
from local.azureml.services import Services
from local.azureml.training import pipeline
from local.azureml.training.training import JOBS

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
        """All pipeline jobs, or those that have a `tag` of that name, newest first"""
        jobs = sorted(self._services.store.all(JOBS), key=lambda pair: float(pair[1]["created"]), reverse=True)
        found = [self._document(name, job) for name, job in jobs]
        tag = request.query.get("tag")
        return answer({"value": [job for job in found if tag is None or tag in job["properties"]["tags"]]})

    async def get(self, request: web.Request) -> web.Response:
        """A pipeline job with its status"""
        name = request.match_info["name"]
        document = self._document(name, self._require(name))
        self._services.training.note_read(name)
        return answer(document)

    async def put(self, request: web.Request) -> web.Response:
        """Submit a pipeline job; the same again is a success, another under its name is not"""
        name = request.match_info["name"]
        properties = (await body_of(request)).get("properties") or {}
        before = self._services.store.get(JOBS, name)
        if before is not None:
            _check_same(name, before["properties"], properties)
            return answer(self._document(name, before))
        plan = pipeline.read(properties)
        self._check_identity(properties)
        _check_computes(plan.computes)
        self._services.training.submit(name, properties)
        return answer(self._document(name, self._require(name)), 201)

    async def cancel(self, request: web.Request) -> web.Response:
        """Cancel a job; its running step is ended"""
        self._services.training.cancel(request.match_info["name"])
        return web.Response(status=200)

    def _require(self, name: str) -> Document:
        job = self._services.store.get(JOBS, name)
        if job is None:
            raise not_found(f"Job '{name}'")
        return job

    def _check_identity(self, properties: Document) -> None:
        """A managed identity that submits can't lend its token to the job, as a person can."""
        if self._services.config.submitter == "managed" and not properties.get("identity"):
            raise invalid(
                "The job has no identity, and its submitter is a managed identity, on behalf of which the cluster "
                "cannot get a token. Set the job's identity to a managed one.",
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
        kept = f"azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.{name}"
        logs = {"jobOutputType": "uri_folder", "mode": "ReadWriteMount", "uri": kept}
        return {**(properties.get("outputs") or {}), "default": logs}


def _check_same(name: str, before: Document, now: Document) -> None:
    changed = [key for key in _IMMUTABLE if _bare(before.get(key)) != _bare(now.get(key))]
    if changed:
        raise immutable(
            f"A job with name '{name}' already exists, and its {', '.join(changed)} cannot be changed. "
            "Use another name to submit another job.",
            "JobPropertyImmutable",
        )


def _bare(value: Any) -> Any:
    """Without nulls and empty objects, which say the same as nothing."""
    if isinstance(value, dict):
        bare = {key: _bare(each) for key, each in value.items()}
        return {key: each for key, each in bare.items() if each not in (None, {}, [])}
    return value


def _check_computes(names: set[str]) -> None:
    for name in sorted(names):
        if name not in COMPUTES:
            raise invalid(f"Unknown compute target '{name}'. There are {', '.join(COMPUTES)}.", "UnknownCompute")
