from typing import Any

import pytest

from local.azureml.core.errors import ApiError
from local.azureml.training import pipeline

COMPONENT = "azureml://registries/azureml/components/chat_completion_pipeline/versions/0.0.82"


def literal(value: Any) -> dict[str, Any]:
    return {"job_input_type": "literal", "value": str(value)}


def job(**changes: Any) -> dict[str, Any]:
    inputs = {
        "mlflow_model_path": {
            "job_input_type": "mlflow_model",
            "uri": "azureml://registries/azureml/models/M/versions/1",
        },
        "train_file_path": {"job_input_type": "uri_file", "uri": "azureml://datastores/prepared/paths/train.jsonl"},
        "compute_finetune": literal("gpu-cluster"),
    }
    outputs = {"mlflow_model_folder": {"type": "literal", "value": "${{parent.outputs.trained_model}}"}}
    node = {"componentId": COMPONENT, "inputs": inputs, "outputs": outputs} | changes
    return {"jobType": "Pipeline", "jobs": {"tune": node}}


def test_plan_holds_values_uris_outputs_and_clusters() -> None:
    plan = pipeline.read(job())

    assert plan.node == "tune"
    assert plan.data["train_file_path"] == "azureml://datastores/prepared/paths/train.jsonl"
    assert plan.outputs == {"trained_model": "mlflow_model_folder"}
    assert plan.computes == {"gpu-cluster"}
    assert plan.literals["lora_r"] == 8


def test_inputs_of_the_pipeline_reach_the_node_bound_to_them() -> None:
    properties = job()
    properties["inputs"] = {"rate": literal(0.5), "data": {"job_input_type": "uri_file", "uri": "azureml:other"}}
    inputs = properties["jobs"]["tune"]["inputs"]
    inputs["learning_rate"] = literal("${{parent.inputs.rate}}")
    inputs["train_file_path"] = literal("${{parent.inputs.data}}")

    plan = pipeline.read(properties)

    assert plan.literals["learning_rate"] == 0.5
    assert plan.data["train_file_path"] == "azureml:other"


@pytest.mark.parametrize(
    ("properties", "status"),
    [
        ({"jobType": "Command"}, 501),
        ({"jobType": "Pipeline", "jobs": {}}, 501),
        (job(componentId="azureml://registries/azureml/components/other/versions/1"), 501),
        (job(inputs={"train_file_path": {"uri": "azureml:x"}}), 400),
        (job(inputs={"huggingface_id": literal("m")}), 400),
        (job(outputs={"no_such_output": {"value": "${{parent.outputs.x}}"}}), 400),
        (job(inputs={"seed": literal("${{parent.inputs.none}}")}), 400),
    ],
)
def test_job_that_can_not_run_is_refused(properties: dict[str, Any], status: int) -> None:
    with pytest.raises(ApiError) as refusal:
        pipeline.read(properties)
    assert refusal.value.status == status
