"""Handlers of online endpoints and their keys."""

import time
from typing import Any

from aiohttp import web

from local import identity
from local.azureml.core.dates import system_data
from local.azureml.core.errors import invalid
from local.azureml.core.http import WS, Route, json_body, json_response
from local.azureml.core.store import Document
from local.azureml.core.tokens import MACHINE_LEARNING
from local.azureml.hosting.endpoints import keys_of
from local.azureml.hosting.rules import ENDPOINTS
from local.azureml.resources.operation import accepted, last_operation, pending
from local.azureml.services import Services


class Endpoint:
    def __init__(self, services: Services) -> None:
        self._endpoints = services.endpoints
        self._operations = services.operations
        self._addresses = services.addresses
        self._store = services.store

    def routes(self) -> list[Route]:
        endpoint = f"{WS}/onlineEndpoints/{{endpoint}}"
        return [
            Route("GET", f"{WS}/onlineEndpoints", self.list),
            Route("GET", endpoint, self.get),
            Route("PUT", endpoint, self.put),
            Route("DELETE", endpoint, self.delete),
            Route("POST", f"{endpoint}/listKeys", self.keys),
            Route("POST", f"{endpoint}/token", self.token),
        ]

    async def list(self, _: web.Request) -> web.Response:
        """All endpoints"""
        return json_response({"value": [self._document(*named) for named in self._store.all(ENDPOINTS)]})

    async def get(self, request: web.Request) -> web.Response:
        """An endpoint: state, scoring URI, traffic"""
        name = request.match_info["endpoint"]
        document = self._document(name, self._endpoints.endpoint(name))
        self._operations.note_read(name)
        return json_response(document)

    async def put(self, request: web.Request) -> web.Response:
        """Create an endpoint, or set its traffic and tags (long-running)"""
        name = request.match_info["endpoint"]
        endpoint, operation, is_new = self._endpoints.put_endpoint(name, await json_body(request))
        document = self._document(name, endpoint)
        return json_response(document, 201 if is_new else 200, pending(self._addresses, operation))

    async def delete(self, request: web.Request) -> web.Response:
        """Delete an endpoint with its deployments (long-running); its name can never be used again"""
        operation = self._endpoints.delete_endpoint(request.match_info["endpoint"])
        return accepted(self._addresses, operation)

    async def keys(self, request: web.Request) -> web.Response:
        """Its two keys"""
        endpoint = self._endpoints.endpoint(request.match_info["endpoint"])
        if str(endpoint["properties"].get("authMode")).lower() != "key":
            raise invalid("The endpoint does not use keys.", "KeysNotSupported")
        return json_response(keys_of(endpoint))

    async def token(self, request: web.Request) -> web.Response:
        """A token for scoring"""
        self._endpoints.endpoint(request.match_info["endpoint"])
        expires = int(time.time() + identity.LIFETIME)
        token = {"accessToken": identity.token(MACHINE_LEARNING), "tokenType": "Bearer"}
        return json_response(
            token | {"expiryTimeUtc": expires, "refreshAfterTimeUtc": expires - identity.LIFETIME // 2}
        )

    def _document(self, name: str, endpoint: Document) -> dict[str, Any]:
        url = f"{self._addresses.base}/scoring/{name}"
        properties = {
            "mirrorTraffic": {},
            "traffic": {},
            "publicNetworkAccess": "Enabled",
            "compute": None,
            **endpoint["properties"],
            "properties": (endpoint["properties"].get("properties") or {}) | last_operation(self._addresses, endpoint),
            "provisioningState": endpoint["state"],
            "scoringUri": None if endpoint["state"] == "Creating" else f"{url}/score",
            "swaggerUri": None if endpoint["state"] == "Creating" else f"{url}/swagger.json",
        }
        return {
            "id": self._addresses.resource("onlineEndpoints", name),
            "name": name,
            "type": "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
            "location": self._addresses.location,
            "tags": endpoint["tags"],
            "kind": "Managed",
            "identity": {
                "type": "SystemAssigned",
                "principalId": self._addresses.workspace_guid,
                "tenantId": identity.TENANT,
            },
            "systemData": system_data(endpoint["created"]),
            "properties": properties,
        }
