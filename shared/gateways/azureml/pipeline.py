"""Builds the pipeline job, whose one node is the registry's fine-tuning component."""

import re
import threading
from typing import TYPE_CHECKING, Any, Final

from shared.core.errors import NotFoundError
from shared.gateways.azureml.client import AzureML, sdk
from shared.models.training import TrainingJob

if TYPE_CHECKING:
    from azure.ai.ml.entities import PipelineComponent, PipelineJob

FINGERPRINT_TAG: Final = "fingerprint"
_OUTPUT: Final = "trained_model"
_BUILD_LOCK: Final = threading.Lock()
"""The SDK keeps the pipeline that is being built in a global variable, so only one thread may build at a time."""
_COMPONENT_ID: Final = re.compile(r"azureml://registries/[^/]+/components/(?P<name>[^/]+)/versions/(?P<version>[^/]+)")
_CLUSTER_INPUTS: Final = (
    "compute_model_import",
    "compute_preprocess",
    "compute_finetune",
    "compute_model_evaluation",
)


def build(azureml: AzureML, job: TrainingJob) -> "PipelineJob":
    """The SDK's pipeline job for ``job``, ready to be created.

    Raises:
        NotFoundError: ``job.component`` is not the id of a component in a registry.
    """
    component = _component(azureml, job.component)
    pipeline_job = _wire(component, _inputs(component, job))
    pipeline_job.name = job.name
    pipeline_job.display_name = job.display_name
    pipeline_job.experiment_name = job.experiment
    pipeline_job.tags = {**job.tags, FINGERPRINT_TAG: job.fingerprint}
    pipeline_job.settings.force_rerun = True
    pipeline_job.settings.continue_on_step_failure = False
    pipeline_job.identity = _identity(azureml.settings.training_identity)
    return pipeline_job


def _component(azureml: AzureML, component_id: str) -> "PipelineComponent":
    match = _COMPONENT_ID.fullmatch(component_id)
    if match is None:
        raise NotFoundError(f"'{component_id}' is not the id of a component in a registry.")
    return azureml.registry.components.get(match["name"], version=match["version"])


def _wire(component: "PipelineComponent", inputs: dict[str, Any]) -> "PipelineJob":
    @sdk().dsl.pipeline()  # type: ignore[untyped-decorator]
    def fine_tuning() -> dict[str, Any]:
        node = component(**inputs)
        return {_OUTPUT: node.outputs.mlflow_model_folder}

    with _BUILD_LOCK:
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
    """The identity that the steps need to read the data. ``@pipeline`` has no argument for it."""
    return sdk().entities.ManagedIdentityConfiguration(client_id=client_id or None)
