"""``ports.Endpoints``: managed online endpoints. A change is one PUT or DELETE; nothing waits for its end."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from shared.core.errors import ConflictError, NotFoundError
from shared.core.naming import MANAGED_BY, OURS
from shared.gateways.azureml import error_messages, start_deadline
from shared.gateways.azureml.arm import Arm, Json
from shared.gateways.azureml.client import AzureML
from shared.gateways.azureml.hosting import provisioning
from shared.models.hosting import Endpoint


class AzureMLEndpoints:
    """Endpoints accept Entra tokens only; they have no keys."""

    def __init__(self, azureml: AzureML) -> None:
        self._arm: Arm = azureml.arm

    def get(self, name: str) -> Endpoint | None:
        """The current state of an endpoint; ``None`` if absent."""
        body = self._arm.get(_path(name))
        return None if body is None else self._with_error(_endpoint(body), body["properties"])

    def create(self, name: str, tags: Mapping[str, str], before: datetime | None = None) -> None:
        """Start to create an endpoint, unless it exists with the same tags.

        Raises:
            ConflictError: the endpoint exists with other tags, or the name was used before.
            ThrottledError: Azure asked to wait, or ``before`` has passed.
        """
        existing = self.get(name)
        if existing is None:
            with start_deadline.enforced(before):
                self._arm.call("PUT", _path(name), request_body(self._arm.location, tags))
        elif not tags.items() <= existing.tags.items():
            raise ConflictError(f"Endpoint '{name}' exists with other tags.")

    def set_traffic(self, name: str, traffic: Mapping[str, int]) -> None:
        """Start to change the traffic. Nothing is sent if it is as wanted and the last change did not fail.

        Args:
            traffic: percent by deployment.

        Raises:
            NotFoundError: the endpoint does not exist.
            ConflictError: another operation on it has not ended.
        """
        body = self._arm.get(_path(name))
        if body is None:
            raise NotFoundError(f"Endpoint '{name}' does not exist.")
        wanted = {deployment: percent for deployment, percent in traffic.items() if percent}
        endpoint = _endpoint(body)
        if endpoint.traffic != wanted or endpoint.provisioning == "failed":
            self._arm.call("PUT", _path(name), request_body(body["location"], body.get("tags") or {}, wanted))

    def delete(self, name: str) -> None:
        """Start to delete an endpoint and its deployments; nothing happens if it is absent or being deleted already.

        Raises:
            ConflictError: another operation on it has not ended.
        """
        try:
            self._arm.call("DELETE", _path(name))
        except NotFoundError:
            return
        except ConflictError:
            existing = self.get(name)
            if existing is not None and existing.provisioning != "deleting":
                raise

    def _with_error(self, endpoint: Endpoint, properties: Json) -> Endpoint:
        if endpoint.provisioning != "failed":
            return endpoint
        return endpoint.model_copy(update={"error": error_messages.for_operation(self._arm, properties)})

    def tagged(self) -> Iterator[Endpoint]:
        """Endpoints with Tunedrop's tag; their ``error`` is not read."""
        endpoints = map(_endpoint, self._arm.list("onlineEndpoints"))
        return (endpoint for endpoint in endpoints if endpoint.tags.get(MANAGED_BY) == OURS)


def _path(name: str) -> str:
    return f"onlineEndpoints/{name}"


def request_body(location: str, tags: Mapping[str, str], traffic: Mapping[str, int] | None = None) -> Json:
    """The body that the SDK sends for ``ManagedOnlineEndpoint(auth_mode="aad_token")``."""
    return {
        "location": location,
        "tags": dict(tags),
        "identity": {"type": "SystemAssigned"},
        "properties": {"authMode": "AADToken", "traffic": dict(traffic or {}), "mirrorTraffic": {}, "properties": {}},
    }


def _endpoint(body: Json) -> Endpoint:
    properties = body["properties"]
    return Endpoint(
        name=body["name"],
        provisioning=provisioning(properties.get("provisioningState")),
        scoring_uri=properties.get("scoringUri"),
        traffic={name: int(percent) for name, percent in (properties.get("traffic") or {}).items() if percent},
        tags=body.get("tags") or {},
    )
