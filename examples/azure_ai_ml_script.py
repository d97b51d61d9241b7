"""Fine-tunes a model, deploys it and asks it a question, with azure-ai-ml alone, exactly as against Azure itself.

Nothing here knows about Tunedrop or its stand-in for Azure ML: environment variables say where Azure is
(see local/azureml/README.md).

    python examples/azure_ai_ml_script.py SUBSCRIPTION RESOURCE_GROUP WORKSPACE FOLDER

FOLDER holds train.jsonl, validation.jsonl and test.jsonl with rows {"messages": [{"role", "content"}, ...]}.
"""

import json
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

from azure.ai.ml import Input, MLClient, dsl
from azure.ai.ml.entities import (
    ManagedOnlineDeployment,
    ManagedOnlineEndpoint,
    Model,
    OnlineRequestSettings,
    ProbeSettings,
)
from azure.identity import DefaultAzureCredential

CLUSTER = "gpu-cluster"
INSTANCE_TYPE = "Standard_NC24ads_A100_v4"
QUESTION = {"input_data": {"input_string": [{"role": "user", "content": "What can you do?"}], "parameters": {}}}


def main(subscription: str, group: str, workspace_name: str, folder: Path) -> None:
    credential = DefaultAzureCredential()
    workspace = MLClient(credential, subscription, group, workspace_name)
    registry = MLClient(credential, registry_name="azureml")

    job = workspace.jobs.create_or_update(pipeline(registry, folder), experiment_name="plain-script")
    workspace.jobs.stream(job.name)

    with tempfile.TemporaryDirectory() as downloads:
        workspace.jobs.download(job.name, download_path=downloads, output_name="trained_model")
        files = sorted(path.name for path in Path(downloads).rglob("*") if path.is_file())
        print("downloaded:", ", ".join(files))

    path = f"azureml://jobs/{job.name}/outputs/trained_model"
    model = workspace.models.create_or_update(Model(name="plain-script", type="mlflow_model", path=path))
    endpoint = f"plain-{uuid.uuid4().hex[:8]}"
    try:
        host(workspace, endpoint, model)
        print("answer:", ask(workspace, endpoint))
    finally:
        workspace.online_endpoints.begin_delete(endpoint).result()
    print("deleted:", endpoint)


def pipeline(registry: MLClient, folder: Path) -> Any:
    """A pipeline of one node: the registry's fine-tuning component, with local files."""
    component: Any = registry.components.get(name="chat_completion_pipeline", label="latest")
    base_model = registry.models.get("Phi-4", label="latest")

    def create() -> dict[str, Any]:
        node = component(
            mlflow_model_path=base_model.id,
            compute_model_import=CLUSTER,
            compute_preprocess=CLUSTER,
            compute_finetune=CLUSTER,
            train_file_path=Input(type="uri_file", path=str(folder / "train.jsonl")),
            validation_file_path=Input(type="uri_file", path=str(folder / "validation.jsonl")),
            test_file_path=Input(type="uri_file", path=str(folder / "test.jsonl")),
            number_of_gpu_to_use_finetuning=1,
            num_train_epochs=1,
            apply_lora="true",
        )
        return {"trained_model": node.outputs.mlflow_model_folder}

    job: Any = dsl.pipeline(name="plain-script")(create)()
    job.settings.force_rerun = True
    job.settings.continue_on_step_failure = False
    return job


def host(workspace: MLClient, endpoint: str, model: Model) -> None:
    """Create an endpoint with one deployment that gets all traffic."""
    created = workspace.online_endpoints.begin_create_or_update(
        ManagedOnlineEndpoint(name=endpoint, auth_mode="key")
    ).result()
    deployment = ManagedOnlineDeployment(
        name="blue",
        endpoint_name=endpoint,
        model=model.id,
        instance_type=INSTANCE_TYPE,
        instance_count=1,
        liveness_probe=ProbeSettings(initial_delay=600),
        request_settings=OnlineRequestSettings(request_timeout_ms=90_000),
    )
    workspace.online_deployments.begin_create_or_update(deployment).result()
    created.traffic = {"blue": 100}
    workspace.online_endpoints.begin_create_or_update(created).result()


def ask(workspace: MLClient, endpoint: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        question = Path(folder) / "question.json"
        question.write_text(json.dumps(QUESTION))
        return str(workspace.online_endpoints.invoke(endpoint, request_file=str(question)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]))
