"""``ports.Models``: versions of registered models in the workspace."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Final

from shared.core.errors import ConflictError, NotFoundError
from shared.core.naming import MANAGED_BY, OURS, is_project
from shared.gateways.azureml import start_deadline
from shared.gateways.azureml.arm import Json
from shared.gateways.azureml.client import AzureML, sdk, translate_sdk_errors
from shared.models.training import RegisteredModel

_PATH_PROPERTY: Final = "tunedrop.path"
"""Keeps the path that we sent: Azure answers with the path that it resolved."""


class AzureMLModels:
    """Registers MLflow models from the outputs of jobs."""

    def __init__(self, azureml: AzureML) -> None:
        self._azureml = azureml

    def register(self, model: RegisteredModel, before: datetime | None = None) -> None:
        """Create a version, unless it exists with the same path.

        Raises:
            ConflictError: the version exists with another path.
            ThrottledError: Azure asked to wait, or ``before`` has passed.
            TunedropError: Azure or its SDK rejected the model.
        """
        existing = self.get(model.name, model.version)
        if existing is None:
            with translate_sdk_errors(f"model {model.name}:{model.version}"), start_deadline.enforced(before):
                self._azureml.workspace.models.create_or_update(
                    sdk().entities.Model(
                        name=model.name,
                        version=model.version,
                        path=model.path,
                        type="mlflow_model",
                        tags=model.tags,
                        properties={_PATH_PROPERTY: model.path},
                    )
                )
        elif existing.path != model.path:
            raise ConflictError(f"Version {model.version} of model '{model.name}' exists with another path.")

    def get(self, name: str, version: str) -> RegisteredModel | None:
        """A version; ``None`` if absent."""
        body = self._azureml.arm.get(_path(name, version))
        return None if body is None else _model(name, body)

    def delete(self, name: str, version: str) -> None:
        """Delete a version if it exists."""
        with suppress(NotFoundError):
            self._azureml.arm.call("DELETE", _path(name, version))

    def tagged(self) -> Iterator[RegisteredModel]:
        """Versions with Tunedrop's tag, of models whose name can be a project's: one call for each."""
        names = [body["name"] for body in self._azureml.arm.list("models") if is_project(body["name"])]
        for name in names:
            versions = (_model(name, body) for body in self._azureml.arm.list(f"models/{name}/versions"))
            yield from (model for model in versions if model.tags.get(MANAGED_BY) == OURS)


def _path(name: str, version: str) -> str:
    return f"models/{name}/versions/{version}"


def _model(name: str, body: Json) -> RegisteredModel:
    properties = body["properties"]
    path = (properties.get("properties") or {}).get(_PATH_PROPERTY) or properties["modelUri"]
    return RegisteredModel(name=name, version=body["name"], path=path, tags=properties.get("tags") or {})
