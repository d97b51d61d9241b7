"""``ports.Catalog``: base models and the component in the registry, clusters in the workspace."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from shared.core.errors import NotFoundError
from shared.gateways.azureml import registry
from shared.gateways.azureml.client import AzureML
from shared.gateways.error_translation import translate_errors
from shared.models.training import Component, ComponentInput, Compute, FoundationModel
from shared.policy import model_tags

if TYPE_CHECKING:
    from azure.ai.ml.entities import AmlCompute
    from azure.ai.ml.entities import Component as SdkComponent
    from azure.ai.ml.entities import Model as SdkModel


class AzureMLCatalog:
    """What there is to train with."""

    def __init__(self, azureml: AzureML) -> None:
        self._azureml = azureml

    def foundation_model(self, name: str) -> FoundationModel | None:
        """The latest version of a base model."""
        found = _latest(self._azureml.registry.models, name)
        if found is None:
            return None
        metadata = registry.system_metadata(self._azureml.arm, self._azureml.settings, found.name, found.version)
        return _foundation_model(found, metadata)

    def component(self) -> Component:
        """The latest version of the fine-tuning component.

        Raises:
            NotFoundError: the registry does not hold it.
        """
        name = self._azureml.settings.component
        found = _latest(self._azureml.registry.components, name)
        if found is None:
            raise NotFoundError(
                f"Registry '{self._azureml.settings.registry}' has no component '{name}'.",
                "Set TUNEDROP_REGISTRY and TUNEDROP_COMPONENT.",
            )
        return _component(found)

    def compute(self, name: str) -> Compute | None:
        """A cluster as it stands now."""
        try:
            with translate_errors(f"compute {name}"):
                found = self._azureml.workspace.compute.get(name)
        except NotFoundError:
            return None
        return self._compute(found)

    def computes(self) -> list[Compute]:
        """All clusters of the workspace."""
        with translate_errors("computes"):
            return [self._compute(found) for found in self._azureml.workspace.compute.list(compute_type="amlcompute")]

    def _compute(self, found: "AmlCompute") -> Compute:
        size = found.size or ""
        return Compute(
            name=found.name,
            size=size,
            gpus=self._gpus.get(size.lower(), 0),
            provisioning_state=found.provisioning_state or "Unknown",
        )

    @cached_property
    def _gpus(self) -> dict[str, int]:
        """GPUs of each size of the region, by its name in lower case."""
        with translate_errors("sizes"):
            return {size.name.lower(): size.gpus or 0 for size in self._azureml.workspace.compute.list_sizes()}


def _latest(operations: Any, name: str) -> Any:
    """The latest version of a registry's asset: the SDK reports an absent one in two ways."""
    from azure.ai.ml.exceptions import ErrorTarget, ValidationErrorType, ValidationException

    try:
        with translate_errors(f"registry asset {name}"):
            return operations.get(name, label="latest")
    except NotFoundError:
        return None
    except ValidationException as error:
        if error.error_type == ValidationErrorType.RESOURCE_NOT_FOUND and error.target != ErrorTarget.GENERAL:
            return None
        raise


def _foundation_model(found: "SdkModel", metadata: Any) -> FoundationModel:
    tags = found.tags or {}
    return FoundationModel(
        id=found.id,
        name=found.name,
        version=found.version,
        finetune_skus=model_tags.finetune_skus(tags, metadata),
        defaults=model_tags.defaults(tags),
        finetune_retires=model_tags.retirement(tags, metadata),
        context_window=model_tags.context_window(metadata),
    )


def _component(found: "SdkComponent") -> Component:
    inputs = {
        name: ComponentInput(
            name=name,
            type=declared.type,
            default=declared.default,
            enum=declared.enum,
            min=declared.min,
            max=declared.max,
        )
        for name, declared in found.inputs.items()
    }
    return Component(id=found.id, inputs=inputs)
