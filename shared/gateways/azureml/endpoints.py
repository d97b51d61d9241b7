"""``ports.Endpoints``: managed online endpoints. Every change is one PUT or DELETE, started and left."""

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
    """Endpoints that take Entra tokens only; nobody holds a key."""

    def __init__(self, azureml: AzureML) -> None:
        self._arm: Arm = azureml.arm

    def get(self, name: str) -> Endpoint | None:
        """An endpoint as it stands now."""
        found = self._arm.get(_path(name))
        return None if found is None else self._explained(_endpoint(found), found["properties"])

    def create(self, name: str, tags: Mapping[str, str], before: datetime | None = None) -> None:
        """Start to create it; one that bears the same tags is it already.

        Raises:
            ConflictError: the name is, or was, somebody else's.
            ThrottledError: it was too late to ask for it.
        """
        existing = self.get(name)
        if existing is None:
            with start_deadline.enforced(before):
                self._arm.call("PUT", _path(name), body(self._arm.location, tags))
        elif not tags.items() <= existing.tags.items():
            raise ConflictError(f"Endpoint '{name}' exists with other tags.")

    def set_traffic(self, name: str, traffic: Mapping[str, int]) -> None:
        """Start to share the traffic out so; nothing is sent where it is so already, and no change of it has failed.

        Raises:
            NotFoundError: there is no such endpoint.
            ConflictError: another operation on it has not ended.
        """
        found = self._arm.get(_path(name))
        if found is None:
            raise NotFoundError(f"Endpoint '{name}' does not exist.")
        wanted = {deployment: share for deployment, share in traffic.items() if share}
        endpoint = _endpoint(found)
        if endpoint.traffic != wanted or endpoint.provisioning == "failed":
            self._arm.call("PUT", _path(name), body(found["location"], found.get("tags") or {}, wanted))

    def delete(self, name: str) -> None:
        """Start to delete it, with all its deployments; one absent or on its way out is left alone.

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

    def _explained(self, endpoint: Endpoint, properties: Json) -> Endpoint:
        if endpoint.provisioning != "failed":
            return endpoint
        return endpoint.model_copy(update={"error": error_messages.for_operation(self._arm, properties)})

    def ours(self) -> Iterator[Endpoint]:
        """Those that bear our tag; why one failed is not looked up."""
        found = map(_endpoint, self._arm.list("onlineEndpoints"))
        return (endpoint for endpoint in found if endpoint.tags.get(MANAGED_BY) == OURS)


def _path(name: str) -> str:
    return f"onlineEndpoints/{name}"


def body(location: str, tags: Mapping[str, str], traffic: Mapping[str, int] | None = None) -> Json:
    """What the SDK sends for ``ManagedOnlineEndpoint(auth_mode="aad_token")``."""
    return {
        "location": location,
        "tags": dict(tags),
        "identity": {"type": "SystemAssigned"},
        "properties": {"authMode": "AADToken", "traffic": dict(traffic or {}), "mirrorTraffic": {}, "properties": {}},
    }


def _endpoint(found: Json) -> Endpoint:
    properties = found["properties"]
    return Endpoint(
        name=found["name"],
        provisioning=provisioning(properties.get("provisioningState")),
        scoring_uri=properties.get("scoringUri"),
        traffic={name: int(share) for name, share in (properties.get("traffic") or {}).items() if share},
        tags=found.get("tags") or {},
    )
