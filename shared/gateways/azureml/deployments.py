"""``ports.Deployments``: managed online deployments. Every change is one PUT or DELETE, started and left."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from shared.core.errors import ConflictError, NotFoundError
from shared.gateways.azureml import error_messages, start_deadline
from shared.gateways.azureml.arm import Json
from shared.gateways.azureml.client import AzureML
from shared.gateways.azureml.hosting import provisioning
from shared.models.hosting import Deployment, DeploymentSpec

PROBE: Final = {"initialDelay": "PT10M"}
"""Liveness: a model of several GB takes that long to load (the lesson's value, 600 s)."""
REQUESTS: Final = {"requestTimeout": "PT1M30S"}
"""Of one answer (the lesson's value, 90 s)."""


class AzureMLDeployments:
    """One deployment serves one version of a model; MLflow models bring their environment."""

    def __init__(self, azureml: AzureML) -> None:
        self._arm = azureml.arm
        self._workspace = azureml.settings.workspace_id

    def get(self, endpoint: str, name: str) -> Deployment | None:
        """A deployment as it stands now."""
        found = self._arm.get(_path(endpoint, name))
        return None if found is None else self._explained(_deployment(endpoint, found), found["properties"])

    def create(self, spec: DeploymentSpec, before: datetime | None = None) -> None:
        """Start to create it; one of the same model is it already, whatever its state.

        Raises:
            ConflictError: the name serves another model, or another operation has not ended.
            QuotaError: there are no cores left for it.
            ThrottledError: it was too late to ask for it.
        """
        existing = self.get(spec.endpoint, spec.name)
        if existing is None:
            model = f"{self._workspace}/models/{spec.model_name}/versions/{spec.model_version}"
            wanted = body(self._arm.location, model, spec.instance_type, spec.instances, spec.tags)
            with start_deadline.enforced(before):
                self._arm.call("PUT", _path(spec.endpoint, spec.name), wanted)
        elif existing.model != f"{spec.model_name}:{spec.model_version}":
            raise ConflictError(f"Deployment '{spec.name}' of '{spec.endpoint}' serves {existing.model}.")

    def delete(self, endpoint: str, name: str) -> None:
        """Start to delete it; one absent or on its way out is left alone.

        Raises:
            ConflictError: another operation on it has not ended, or it still takes traffic.
        """
        try:
            self._arm.call("DELETE", _path(endpoint, name))
        except NotFoundError:
            return
        except ConflictError:
            existing = self.get(endpoint, name)
            if existing is not None and existing.provisioning != "deleting":
                raise

    def _explained(self, deployment: Deployment, properties: Json) -> Deployment:
        if deployment.provisioning != "failed":
            return deployment
        return deployment.model_copy(update={"error": error_messages.for_operation(self._arm, properties)})

    def of(self, endpoint: str) -> Iterator[Deployment]:
        """All deployments of an endpoint, an absent one has none; why one failed is not looked up."""
        try:
            for found in self._arm.list(f"onlineEndpoints/{endpoint}/deployments"):
                yield _deployment(endpoint, found)
        except NotFoundError:
            return


def body(location: str, model: str, instance_type: str, instances: int, tags: Mapping[str, str]) -> Json:
    """What the SDK sends for ``ManagedOnlineDeployment``; ``model`` is an ARM id."""
    return {
        "location": location,
        "tags": dict(tags),
        "sku": {"name": "Default", "capacity": instances},
        "properties": {
            "endpointComputeType": "Managed",
            "model": model,
            "instanceType": instance_type,
            "livenessProbe": PROBE,
            "requestSettings": REQUESTS,
            "appInsightsEnabled": False,
            "environmentVariables": {},
            "properties": {},
        },
    }


def _path(endpoint: str, name: str) -> str:
    return f"onlineEndpoints/{endpoint}/deployments/{name}"


def _deployment(endpoint: str, found: Json) -> Deployment:
    properties = found["properties"]
    return Deployment(
        endpoint=endpoint,
        name=found["name"],
        provisioning=provisioning(properties.get("provisioningState")),
        model=_model(properties.get("model")),
        tags=found.get("tags") or {},
    )


def _model(model_id: str | None) -> str | None:
    """``name:version`` of a model's ARM id."""
    name, _, version = (model_id or "").rpartition("/models/")[2].partition("/versions/")
    return f"{name}:{version}" if version else model_id
