"""``ports.Deployments``: managed online deployments. A change is one PUT or DELETE; nothing waits for its end."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from shared.core.errors import ConflictError, NotFoundError
from shared.gateways.azureml import error_messages, start_deadline
from shared.gateways.azureml.arm import Json
from shared.gateways.azureml.client import AzureML
from shared.gateways.azureml.hosting import provisioning
from shared.models.hosting import Deployment, DeploymentSpec

_LIVENESS_PROBE: Final = {"initialDelay": "PT10M"}
"""A model of several GB takes up to 10 minutes to load (the lesson's value, 600 s)."""
_REQUEST_SETTINGS: Final = {"requestTimeout": "PT1M30S"}
"""Time for one answer (the lesson's value, 90 s)."""


class AzureMLDeployments:
    """A deployment serves one version of a model. An MLflow model brings its own environment."""

    def __init__(self, azureml: AzureML) -> None:
        self._arm = azureml.arm
        self._workspace = azureml.settings.workspace_id

    def get(self, endpoint: str, name: str) -> Deployment | None:
        """The current state of a deployment; ``None`` if absent."""
        body = self._arm.get(_path(endpoint, name))
        return None if body is None else self._with_error(_deployment(endpoint, body), body["properties"])

    def create(self, spec: DeploymentSpec, before: datetime | None = None) -> None:
        """Start to create a deployment, unless it exists with the same model, whatever its state.

        Raises:
            NotFoundError: the endpoint does not exist.
            ConflictError: the deployment exists with another model, or another operation on the endpoint has not ended.
            QuotaError: there is no quota for the instances.
            ThrottledError: Azure asked to wait, or ``before`` has passed.
        """
        existing = self.get(spec.endpoint, spec.name)
        if existing is None:
            model = f"{self._workspace}/models/{spec.model_name}/versions/{spec.model_version}"
            body = request_body(self._arm.location, model, spec.instance_type, spec.instances, spec.tags)
            with start_deadline.enforced(before):
                self._arm.call("PUT", _path(spec.endpoint, spec.name), body)
        elif existing.model != f"{spec.model_name}:{spec.model_version}":
            raise ConflictError(f"Deployment '{spec.name}' of '{spec.endpoint}' serves {existing.model}.")

    def delete(self, endpoint: str, name: str) -> None:
        """Start to delete a deployment; nothing happens if it is absent or being deleted already.

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

    def _with_error(self, deployment: Deployment, properties: Json) -> Deployment:
        if deployment.provisioning != "failed":
            return deployment
        return deployment.model_copy(update={"error": error_messages.for_operation(self._arm, properties)})

    def of(self, endpoint: str) -> Iterator[Deployment]:
        """All deployments of an endpoint, none if it is absent; their ``error`` is not read."""
        try:
            for body in self._arm.list(f"onlineEndpoints/{endpoint}/deployments"):
                yield _deployment(endpoint, body)
        except NotFoundError:
            return


def request_body(location: str, model: str, instance_type: str, instances: int, tags: Mapping[str, str]) -> Json:
    """The body that the SDK sends for ``ManagedOnlineDeployment``; ``model`` is an ARM id."""
    return {
        "location": location,
        "tags": dict(tags),
        "sku": {"name": "Default", "capacity": instances},
        "properties": {
            "endpointComputeType": "Managed",
            "model": model,
            "instanceType": instance_type,
            "livenessProbe": _LIVENESS_PROBE,
            "requestSettings": _REQUEST_SETTINGS,
            "appInsightsEnabled": False,
            "environmentVariables": {},
            "properties": {},
        },
    }


def _path(endpoint: str, name: str) -> str:
    return f"onlineEndpoints/{endpoint}/deployments/{name}"


def _deployment(endpoint: str, body: Json) -> Deployment:
    properties = body["properties"]
    return Deployment(
        endpoint=endpoint,
        name=body["name"],
        provisioning=provisioning(properties.get("provisioningState")),
        model=_model(properties.get("model")),
        tags=body.get("tags") or {},
    )


def _model(model_id: str | None) -> str | None:
    """``name:version`` from a model's ARM id."""
    name, _, version = (model_id or "").rpartition("/models/")[2].partition("/versions/")
    return f"{name}:{version}" if version else model_id
