"""``ports.Models``: versions of models in the workspace."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from shared.core.errors import ConflictError, NotFoundError
from shared.core.naming import MANAGED_BY, OURS, is_project
from shared.gateways.azureml import start_deadline
from shared.gateways.azureml.client import AzureML, sdk, translate_sdk_errors
from shared.models.training import RegisteredModel

_PATH: Final = "tunedrop.path"
"""Property that keeps the path as we gave it: Azure answers with the one it resolved."""


class AzureMLModels:
    """MLflow models, registered from a job's output."""

    def __init__(self, azureml: AzureML) -> None:
        self._azureml = azureml

    def register(self, model: RegisteredModel, before: datetime | None = None) -> None:
        """Create the version; one of the same path is it already.

        Raises:
            ConflictError: the version exists with another path.
            ThrottledError: it was too late to ask for it.
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
                        properties={_PATH: model.path},
                    )
                )
        elif existing.path != model.path:
            raise ConflictError(f"Model '{model.name}' has a version {model.version} of another path.")

    def get(self, name: str, version: str) -> RegisteredModel | None:
        """A version, ``None`` if absent."""
        found = self._azureml.arm.get(_path(name, version))
        return None if found is None else _model(name, found)

    def delete(self, name: str, version: str) -> None:
        """Delete a version; one that is absent is deleted already."""
        with suppress(NotFoundError):
            self._azureml.arm.call("DELETE", _path(name, version))

    def ours(self) -> Iterator[RegisteredModel]:
        """Versions that bear our tag: one call for each model that is named as a project."""
        names = [found["name"] for found in self._azureml.arm.list("models") if is_project(found["name"])]
        for name in names:
            versions = (_model(name, found) for found in self._azureml.arm.list(f"models/{name}/versions"))
            yield from (model for model in versions if model.tags.get(MANAGED_BY) == OURS)


def _path(name: str, version: str) -> str:
    return f"models/{name}/versions/{version}"


def _model(name: str, found: dict[str, Any]) -> RegisteredModel:
    properties = found["properties"]
    path = (properties.get("properties") or {}).get(_PATH) or properties["modelUri"]
    return RegisteredModel(name=name, version=found["name"], path=path, tags=properties.get("tags") or {})
