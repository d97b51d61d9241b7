"""Handlers of datastores and their secrets."""

from typing import Any

from aiohttp import web

from local.azureml.core.dates import system_data
from local.azureml.core.errors import invalid
from local.azureml.core.http import WS, Route, json_response
from local.azureml.services import Services
from local.azureml.storage.datastores import BLOB_STORE
from shared.core.resources import PREPARED_DATASTORE

_CREATED = 1_700_000_000.0


class Datastore:
    def __init__(self, services: Services) -> None:
        self._datastores = services.datastores
        self._addresses = services.addresses
        self._key = services.account_key

    def routes(self) -> list[Route]:
        return [
            Route("GET", f"{WS}/datastores", self.list),
            Route("GET", f"{WS}/datastores/{{name}}", self.get),
            Route("POST", f"{WS}/datastores/{{name}}/listSecrets", self.secrets),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """All datastores, or the default one"""
        only_default = request.query.get("isDefault", "").lower() == "true"
        names = [BLOB_STORE] if only_default else self._datastores.names
        return json_response({"value": [self._document(name) for name in names]})

    async def get(self, request: web.Request) -> web.Response:
        """A datastore: account and container"""
        return json_response(self._document(request.match_info["name"]))

    async def secrets(self, request: web.Request) -> web.Response:
        """Its account key (`prepared` has none: it is accessed with an identity)"""
        name = request.match_info["name"]
        self._datastores.container(name)
        if name == PREPARED_DATASTORE:
            raise invalid(f"Datastore '{name}' has no secrets: it is accessed with an identity.", "NoSecrets")
        return json_response({"secretsType": "AccountKey", "key": self._key})

    def _document(self, name: str) -> dict[str, Any]:
        container = self._datastores.container(name)
        by_identity = name == PREPARED_DATASTORE
        return {
            "id": self._addresses.resource("datastores", name),
            "name": name,
            "type": "Microsoft.MachineLearningServices/workspaces/datastores",
            "systemData": system_data(_CREATED),
            "properties": {
                "description": None,
                "tags": None,
                "properties": None,
                "isDefault": name == BLOB_STORE,
                "credentials": {"credentialsType": "None" if by_identity else "AccountKey"},
                "datastoreType": "AzureBlob",
                "accountName": self._datastores.account(name),
                "containerName": container,
                "endpoint": "localhost",
                "protocol": "https",
                "serviceDataAccessAuthIdentity": "WorkspaceSystemAssignedIdentity" if by_identity else "None",
                "resourceGroup": self._addresses.group,
                "subscriptionId": self._addresses.subscription,
            },
        }
