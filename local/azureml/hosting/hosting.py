"""Endpoints and deployments: what they are, what may be done to them, what ends their operations."""

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
class Hosting:
    """Everything behind endpoints.

    Args:
        base_model_dir: what is served for every base model of the registry.
    """

    rules: Rules
    store: Store
    assets: Assets
    operations: Operations
    servers: Servers
    faults: Faults
    transitions: Mapping[str, Transition]
    base_model_dir: Path

    def listen(self) -> None:
        """Let operations on endpoints and deployments end here."""
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
        """Start the servers of all deployments that stand."""
        for key, deployment in self.store.all(DEPLOYMENTS):
            if deployment["state"] == "Succeeded":
                with contextlib.suppress(ApiError):  # its model is gone: asking it will say so
                    await self.servers.start(key, await self._model(deployment["properties"]["model"]))

    def endpoint(self, name: str) -> Document:
        """An endpoint.

        Raises:
            ApiError: 404.
        """
        found = self.store.get(ENDPOINTS, name)
        if found is None:
            raise not_found(f"Endpoint '{name}'")
        return found

    def deployment(self, endpoint: str, name: str) -> Document:
        """A deployment.

        Raises:
            ApiError: 404.
        """
        self.endpoint(endpoint)
        found = self.store.get(DEPLOYMENTS, f"{endpoint}/{name}")
        if found is None:
            raise not_found(f"Deployment '{name}' of endpoint '{endpoint}'")
        return found

    def deployments(self, endpoint: str) -> list[tuple[str, Document]]:
        """Names and documents, sorted by name."""
        self.endpoint(endpoint)
        return [(key.partition("/")[2], each) for key, each in self.store.all(DEPLOYMENTS, f"{endpoint}/")]

    def put_endpoint(self, name: str, body: Document) -> tuple[Document, str, bool]:
        """Create an endpoint, or change its traffic and tags; also the operation's id, and whether it is new.

        Raises:
            ApiError: 400, the name or the traffic won't do; 409, the name was used, or an operation is under way.
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
        """Begin to delete an endpoint and its deployments; the operation's id, none if it is gone already.

        Raises:
            ApiError: 409, an operation is under way.
        """
        endpoint = self.store.get(ENDPOINTS, name)
        if endpoint is None:
            return None
        self.rules.check_idle(name, *(f"{name}/{each}" for each, _ in self.deployments(name)))
        return self._begin(ENDPOINTS, name, endpoint, "endpoints.delete")

    def put_deployment(self, endpoint: str, name: str, body: Document) -> tuple[Document, str, bool]:
        """Create or change a deployment; also the operation's id, and whether it is new.

        Raises:
            ApiError: 400, name, size, quota or model won't do; 404; 409, an operation is under way.
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
        """Begin to delete a deployment; the operation's id, none if it is gone already.

        Raises:
            ApiError: 400, it has traffic; 409, an operation is under way.
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
            raise _failing(fault)

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
                raise _failing(fault)
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


def _failing(fault: Document) -> ApiError:
    """As the fault says; without a code, as a server that never becomes alive."""
    if "code" not in fault:
        return crashed(fault["message"])
    return ApiError(400, fault["code"], fault["message"], details=fault.get("details", ()))


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def keys_of(endpoint: Document) -> dict[str, Any]:
    """As listKeys answers."""
    return {"primaryKey": endpoint["keys"][0], "secondaryKey": endpoint["keys"][1]}
