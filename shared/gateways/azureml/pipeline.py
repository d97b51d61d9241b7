"""The pipeline job: one node, the registry's fine-tuning component."""

import re
import threading
from typing import TYPE_CHECKING, Any, Final

from shared.core.errors import NotFoundError
from shared.gateways.azureml.client import AzureML, sdk
from shared.models.training import TrainingJob

if TYPE_CHECKING:
    from azure.ai.ml.entities import PipelineComponent, PipelineJob

OUTPUT: Final = "trained_model"
_BUILDING: Final = threading.Lock()
"""The SDK notes in a variable of its module which pipeline is being built: two threads would build into one another."""
_COMPONENT_ID: Final = re.compile(r"azureml://registries/[^/]+/components/(?P<name>[^/]+)/versions/(?P<version>[^/]+)")
_CLUSTER_INPUTS: Final = (
    "compute_model_import",
    "compute_preprocess",
    "compute_finetune",
    "compute_model_evaluation",
)


def build(azureml: AzureML, job: TrainingJob) -> "PipelineJob":
    """The job that ``job`` describes, ready to be created."""
    component = load(azureml, job.component)
    built = _wire(component, _inputs(component, job))
    built.name = job.name
    built.display_name = job.display_name
    built.experiment_name = job.experiment
    built.tags = {**job.tags, "fingerprint": job.fingerprint}
    built.settings.force_rerun = True
    built.settings.continue_on_step_failure = False
    built.identity = _identity(azureml.settings.training_identity)
    return built


def load(azureml: AzureML, component_id: str) -> "PipelineComponent":
    """A component of the registry by its id.

    Raises:
        NotFoundError: this is no such id.
    """
    found = _COMPONENT_ID.fullmatch(component_id)
    if found is None:
        raise NotFoundError(f"'{component_id}' is no registry component's id.")
    return azureml.registry.components.get(found["name"], version=found["version"])


def _wire(component: "PipelineComponent", inputs: dict[str, Any]) -> "PipelineJob":
    @sdk().dsl.pipeline()  # type: ignore[untyped-decorator]
    def fine_tuning() -> dict[str, Any]:
        node = component(**inputs)
        return {OUTPUT: node.outputs.mlflow_model_folder}

    with _BUILDING:
        return fine_tuning()


def _inputs(component: "PipelineComponent", job: TrainingJob) -> dict[str, Any]:
    paths = {
        "mlflow_model_path": job.base_model,
        "train_file_path": job.train,
        "validation_file_path": job.validation,
        "test_file_path": job.test,
    }
    declared = component.inputs
    assets = {name: sdk().Input(type=declared[name].type, path=path) for name, path in paths.items()}
    clusters = {name: job.compute for name in _CLUSTER_INPUTS if name in declared}
    return {**job.hyperparameters, **assets, **clusters, "number_of_gpu_to_use_finetuning": job.gpus}


def _identity(client_id: str) -> Any:
    """Whom the steps run as: ``@pipeline`` takes none, and without one they can't read the data."""
    return sdk().entities.ManagedIdentityConfiguration(client_id=client_id or None)
