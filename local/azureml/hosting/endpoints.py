"""Endpoints and deployments: creates, changes and deletes them, as long-running operations."""

import base64
import contextlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.azureml.core.addresses import registry_asset
from local.azureml.core.errors import ApiError, invalid, not_found
from local.azureml.core.faults import Faults
from local.azureml.core.operations import Operations
from local.azureml.core.store import Document, Store
from local.azureml.core.transitions import Transition
from local.azureml.hosting.rules import DEPLOYMENTS, ENDPOINTS, GONE, Rules
from local.azureml.hosting.servers import Servers, crashed
from local.azureml.storage.assets import Assets


@dataclass(frozen=True)
class Endpoints:
    """All endpoints and deployments of the workspace.

    Args:
        base_model_dir: model that stands in for every base model of the registry.
    """

    rules: Rules
    store: Store
    assets: Assets
    operations: Operations
    servers: Servers
    faults: Faults
    transitions: Mapping[str, Transition]
    base_model_dir: Path

    def register(self) -> None:
        """Register the work that ends operations on endpoints and deployments."""
        work = {
            "endpoints.create": self._end_endpoint_change,
            "endpoints.update": self._end_endpoint_change,
            "endpoints.delete": self._end_endpoint_deletion,
            "deployments.create": self._end_deployment_change,
            "deployments.update": self._end_deployment_change,
            "deployments.delete": self._end_deployment_deletion,
        }
        for transition, end in work.items():
            self.operations.on(transition, end)

    async def resume(self) -> None:
        """Start the servers of all deployments that were up."""
        for key, deployment in self.store.all(DEPLOYMENTS):
            if deployment["state"] == "Succeeded":
                with contextlib.suppress(ApiError):  # its model was deleted: scoring it will fail
                    await self.servers.start(key, await self._model(deployment["properties"]["model"]))

    def endpoint(self, name: str) -> Document:
        """An endpoint.

        Raises:
            ApiError: 404, it does not exist.
        """
        endpoint = self.store.get(ENDPOINTS, name)
        if endpoint is None:
            raise not_found(f"Endpoint '{name}'")
        return endpoint

    def deployment(self, endpoint: str, name: str) -> Document:
        """A deployment.

        Raises:
            ApiError: 404, it or its endpoint does not exist.
        """
        self.endpoint(endpoint)
        deployment = self.store.get(DEPLOYMENTS, f"{endpoint}/{name}")
        if deployment is None:
            raise not_found(f"Deployment '{name}' of endpoint '{endpoint}'")
        return deployment

    def deployments(self, endpoint: str) -> list[tuple[str, Document]]:
        """Names and documents of an endpoint's deployments, sorted by name.

        Raises:
            ApiError: 404, the endpoint does not exist.
        """
        self.endpoint(endpoint)
        return [(key.partition("/")[2], deployment) for key, deployment in self.store.all(DEPLOYMENTS, f"{endpoint}/")]

    def put_endpoint(self, name: str, body: Document) -> tuple[Document, str, bool]:
        """Begin to create an endpoint, or to change its traffic and tags.

        Returns:
            The endpoint, the operation's id, and whether the endpoint is new.

        Raises:
            ApiError: 400, the name or the traffic is wrong; 409, the name was used, or another operation goes on.
        """
        before = self.store.get(ENDPOINTS, name)
        if before is None:
            self.rules.check_name(name)
        self.rules.check_idle(name)
        properties = {key: value for key, value in body.get("properties", {}).items() if value is not None}
        properties.pop("keys", None)
        self.rules.check_mode(before, properties)
        self.rules.check_traffic(name, properties.get("traffic") or {})
        action = "endpoints.create" if before is None else "endpoints.update"
        fresh = {"created": time.time(), "keys": [_key(), _key()]}
        changed = {"properties": properties, "tags": body.get("tags") or {}, "state": self.transitions[action].during}
        endpoint = fresh | (before or {}) | changed
        self.store.put(ENDPOINTS, name, endpoint)
        operation = self.operations.begin(action, name)
        endpoint |= {"operation": operation}
        self.store.put(ENDPOINTS, name, endpoint)
        return endpoint, operation, before is None

    def delete_endpoint(self, name: str) -> str | None:
        """Begin to delete an endpoint and its deployments.

        Returns:
            The operation's id, or None if the endpoint does not exist.

        Raises:
            ApiError: 409, another operation goes on.
        """
        endpoint = self.store.get(ENDPOINTS, name)
        if endpoint is None:
            return None
        self.rules.check_idle(name, *(f"{name}/{deployment}" for deployment, _ in self.deployments(name)))
        return self._begin(ENDPOINTS, name, endpoint, "endpoints.delete")

    def put_deployment(self, endpoint: str, name: str, body: Document) -> tuple[Document, str, bool]:
        """Begin to create or change a deployment.

        Returns:
            The deployment, the operation's id, and whether the deployment is new.

        Raises:
            ApiError: 400, the name, the size or the model is wrong, or the quota is used up; 404, the endpoint or the
                model does not exist; 409, another operation goes on.
        """
        key = f"{endpoint}/{name}"
        self.endpoint(endpoint)
        self.rules.check_idle(endpoint, key)
        before = self.store.get(DEPLOYMENTS, key)
        properties = {"requestSettings": {}} | body["properties"]
        instances = int((body.get("sku") or {}).get("capacity") or 1)
        if before is None:
            self.rules.check_new_deployment(endpoint, name)
        self.rules.check_quota(key, str(properties.get("instanceType")), instances)
        self.rules.check_model(str(properties.get("model")))
        action = "deployments.create" if before is None else "deployments.update"
        changed = {"properties": properties, "tags": body.get("tags") or {}, "instances": instances}
        state = {"state": self.transitions[action].during}
        deployment = {"created": time.time()} | (before or {}) | changed | state
        self.store.put(DEPLOYMENTS, key, deployment)
        operation = self.operations.begin(action, key)
        deployment |= {"operation": operation}
        self.store.put(DEPLOYMENTS, key, deployment)
        return deployment, operation, before is None

    def delete_deployment(self, endpoint: str, name: str) -> str | None:
        """Begin to delete a deployment.

        Returns:
            The operation's id, or None if the deployment does not exist.

        Raises:
            ApiError: 400, it has traffic; 409, another operation goes on.
        """
        key = f"{endpoint}/{name}"
        deployment = self.store.get(DEPLOYMENTS, key)
        if deployment is None:
            return None
        self.rules.check_idle(endpoint, key)
        if self.endpoint(endpoint)["properties"].get("traffic", {}).get(name):
            raise invalid(
                f"Deployment '{name}' has live traffic. Set its traffic to 0 before you delete it.", "HasTraffic"
            )
        return self._begin(DEPLOYMENTS, key, deployment, "deployments.delete")

    def _begin(self, kind: str, key: str, document: Document, action: str) -> str:
        self.store.put(kind, key, document | {"state": self.transitions[action].during})
        return self.operations.begin(action, key)

    async def _model(self, uri: str) -> Path:
        return self.base_model_dir if registry_asset(uri) else await self.assets.local(uri, Path())

    async def _end_endpoint_change(self, name: str) -> None:
        fault = self.faults.take("endpoint", name)
        self.store.put(ENDPOINTS, name, self.endpoint(name) | {"state": "Failed" if fault else "Succeeded"})
        if fault is not None:
            raise _error(fault)

    async def _end_endpoint_deletion(self, name: str) -> None:
        for key in self.store.names(DEPLOYMENTS, f"{name}/"):
            await self._end_deployment_deletion(key)
        self.store.put(GONE, name, {"deleted": time.time()})
        self.store.delete(ENDPOINTS, name)

    async def _end_deployment_change(self, key: str) -> None:
        deployment = self.deployment(*key.split("/"))
        try:
            fault = self.faults.take("deployment", key)
            if fault is not None:
                raise _error(fault)
            await self.servers.start(key, await self._model(deployment["properties"]["model"]))
            await self.servers.ready(key)
        except Exception:
            await self.servers.end(key)
            self.store.put(DEPLOYMENTS, key, deployment | {"state": "Failed"})
            raise
        self.store.put(DEPLOYMENTS, key, deployment | {"state": "Succeeded"})

    async def _end_deployment_deletion(self, key: str) -> None:
        await self.servers.end(key)
        self.servers.forget(key)
        self.store.delete(DEPLOYMENTS, key)


def _error(fault: Document) -> ApiError:
    """The error of a fault; without a code, that of a server that never becomes healthy."""
    if "code" not in fault:
        return crashed(fault["message"])
    return ApiError(400, fault["code"], fault["message"], details=fault.get("details", ()))


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def keys_of(endpoint: Document) -> dict[str, Any]:
    """The endpoint's keys, as ``listKeys`` returns them."""
    return {"primaryKey": endpoint["keys"][0], "secondaryKey": endpoint["keys"][1]}
