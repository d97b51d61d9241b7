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
    """Reads what can be trained with."""

    def __init__(self, azureml: AzureML) -> None:
        self._azureml = azureml

    def foundation_model(self, name: str) -> FoundationModel | None:
        """The latest version of a base model; ``None`` if the registry has none."""
        sdk_model = _latest(self._azureml.registry.models, name)
        if sdk_model is None:
            return None
        arm, settings = self._azureml.arm, self._azureml.settings
        metadata = registry.system_metadata(arm, settings, sdk_model.name, sdk_model.version)
        return _foundation_model(sdk_model, metadata)

    def component(self) -> Component:
        """The latest version of the fine-tuning component.

        Raises:
            NotFoundError: the registry does not have it.
        """
        name = self._azureml.settings.component
        sdk_component = _latest(self._azureml.registry.components, name)
        if sdk_component is None:
            raise NotFoundError(
                f"Registry '{self._azureml.settings.registry}' has no component '{name}'.",
                "Set TUNEDROP_REGISTRY and TUNEDROP_COMPONENT to a registry and its fine-tuning component.",
            )
        return _component(sdk_component)

    def compute(self, name: str) -> Compute | None:
        """The current state of a cluster; ``None`` if absent."""
        try:
            with translate_errors(f"compute {name}"):
                cluster = self._azureml.workspace.compute.get(name)
        except NotFoundError:
            return None
        return self._compute(cluster)

    def computes(self) -> list[Compute]:
        """All clusters of the workspace."""
        with translate_errors("computes"):
            clusters = self._azureml.workspace.compute.list(compute_type="amlcompute")
            return [self._compute(cluster) for cluster in clusters]

    def _compute(self, cluster: "AmlCompute") -> Compute:
        size = cluster.size or ""
        return Compute(
            name=cluster.name,
            size=size,
            gpus=self._gpus.get(size.lower(), 0),
            provisioning_state=cluster.provisioning_state or "Unknown",
        )

    @cached_property
    def _gpus(self) -> dict[str, int]:
        """Number of GPUs by the lower-case name of the VM size, for all sizes of the region."""
        with translate_errors("sizes"):
            return {size.name.lower(): size.gpus or 0 for size in self._azureml.workspace.compute.list_sizes()}


def _latest(operations: Any, name: str) -> Any:
    """The latest version of a registry's asset; ``None`` if absent, which the SDK reports in two ways."""
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


def _foundation_model(sdk_model: "SdkModel", metadata: Any) -> FoundationModel:
    tags = sdk_model.tags or {}
    return FoundationModel(
        id=sdk_model.id,
        name=sdk_model.name,
        version=sdk_model.version,
        finetune_skus=model_tags.finetune_skus(tags, metadata),
        defaults=model_tags.defaults(tags),
        finetune_retires=model_tags.retirement(tags, metadata),
        context_window=model_tags.context_window(metadata),
    )


def _component(sdk_component: "SdkComponent") -> Component:
    inputs = {
        name: ComponentInput(
            name=name,
            type=declared.type,
            default=declared.default,
            enum=declared.enum,
            min=declared.min,
            max=declared.max,
        )
        for name, declared in sdk_component.inputs.items()
    }
    return Component(id=sdk_component.id, inputs=inputs)
