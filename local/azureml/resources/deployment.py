"""Handlers of deployments and their logs."""

from typing import Any

from aiohttp import web

from local.azureml.core.dates import system_data
from local.azureml.core.http import WS, Route, json_body, json_response
from local.azureml.core.store import Document
from local.azureml.resources.operation import accepted, last_operation, pending
from local.azureml.services import Services

_PROBE = {
    "failureThreshold": 30,
    "successThreshold": 1,
    "timeout": "PT2S",
    "period": "PT10S",
    "initialDelay": "PT10S",
}
_REQUESTS = {"maxQueueWait": "PT0S", "requestTimeout": "PT5S", "maxConcurrentRequestsPerInstance": 1}
_LINES = 100


class Deployment:
    def __init__(self, services: Services) -> None:
        self._endpoints = services.endpoints
        self._operations = services.operations
        self._servers = services.servers
        self._addresses = services.addresses

    def routes(self) -> list[Route]:
        deployments = f"{WS}/onlineEndpoints/{{endpoint}}/deployments"
        return [
            Route("GET", deployments, self.list),
            Route("GET", f"{deployments}/{{name}}", self.get),
            Route("PUT", f"{deployments}/{{name}}", self.put),
            Route("DELETE", f"{deployments}/{{name}}", self.delete),
            Route("POST", f"{deployments}/{{name}}/getLogs", self.logs),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """Deployments of an endpoint"""
        endpoint = request.match_info["endpoint"]
        deployments = self._endpoints.deployments(endpoint)
        return json_response({"value": [self._document(endpoint, *named) for named in deployments]})

    async def get(self, request: web.Request) -> web.Response:
        """A deployment with its provisioning state"""
        endpoint, name = _named(request)
        document = self._document(endpoint, name, self._endpoints.deployment(endpoint, name))
        self._operations.note_read(f"{endpoint}/{name}")
        return json_response(document)

    async def put(self, request: web.Request) -> web.Response:
        """Create or change a deployment (long-running: until its server is healthy)"""
        endpoint, name = _named(request)
        deployment, operation, is_new = self._endpoints.put_deployment(endpoint, name, await json_body(request))
        document = self._document(endpoint, name, deployment)
        return json_response(document, 201 if is_new else 200, pending(self._addresses, operation))

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a deployment that has no traffic (long-running)"""
        return accepted(self._addresses, self._endpoints.delete_deployment(*_named(request)))

    async def logs(self, request: web.Request) -> web.Response:
        """The end of its server's log"""
        endpoint, name = _named(request)
        self._endpoints.deployment(endpoint, name)
        lines = int((await json_body(request)).get("tail") or _LINES)
        return json_response({"content": self._servers.log(f"{endpoint}/{name}", lines)})

    def _document(self, endpoint: str, name: str, deployment: Document) -> dict[str, Any]:
        given = {key: value for key, value in deployment["properties"].items() if value is not None}
        properties = {
            "scaleSettings": {"scaleType": "Default"},
            "livenessProbe": _PROBE,
            "readinessProbe": _PROBE,
            "endpointComputeType": "Managed",
            "egressPublicNetworkAccess": "Enabled",
            "privateNetworkConnection": False,
            **given,
            "properties": (given.get("properties") or {}) | last_operation(self._addresses, deployment),
            "requestSettings": _REQUESTS | (given.get("requestSettings") or {}),
            "provisioningState": deployment["state"],
        }
        return {
            "id": f"{self._addresses.resource('onlineEndpoints', endpoint)}/deployments/{name}",
            "name": name,
            "type": "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments",
            "location": self._addresses.location,
            "tags": deployment["tags"],
            "kind": "Managed",
            "sku": {"name": "Default", "tier": "Standard", "capacity": deployment["instances"]},
            "systemData": system_data(deployment["created"]),
            "properties": properties,
        }


def _named(request: web.Request) -> tuple[str, str]:
    return request.match_info["endpoint"], request.match_info["name"]
