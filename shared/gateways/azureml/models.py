"""``ports.Models``: versions of models in the workspace."""

from typing import Final

from shared.errors import ConflictError
from shared.gateways.azureml.client import AzureML, calling, sdk
from shared.models.training import RegisteredModel

_PATH: Final = "tunedrop.path"
"""Property that keeps the path as we gave it: Azure answers with the one it resolved."""


class AzureMLModels:
    """MLflow models, registered from a job's output."""

    def __init__(self, azureml: AzureML) -> None:
        self._azureml = azureml

    def register(self, model: RegisteredModel) -> None:
        """Create the version; one of the same path is it already.

        Raises:
            ConflictError: the version exists with another path.
        """
        existing = self.get(model.name, model.version)
        if existing is None:
            with calling(f"model {model.name}:{model.version}"):
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
        found = self._azureml.arm.get(f"models/{name}/versions/{version}")
        if found is None:
            return None
        properties = found["properties"]
        path = (properties.get("properties") or {}).get(_PATH) or properties["modelUri"]
        return RegisteredModel(name=name, version=version, path=path, tags=properties.get("tags") or {})
