"""The registry and the clusters, as the app's preflight check reads them."""

import ast
import json
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError

from tests.contract.azureml.rest import ARM, Rest
from tests.contract.azureml.sdk import BASE_MODEL, Sdk

REGISTRY = (
    "/mferp/managementfrontend/subscriptions/any/resourceGroups/any"
    "/providers/Microsoft.MachineLearningServices/registries/azureml"
)


def properties_of(rest: Rest, model: str) -> dict[str, Any]:
    answer = rest.call("GET", f"{REGISTRY}/models/{model}/versions?$top=1")
    properties: dict[str, Any] = answer.json["value"][0]["properties"]
    return properties


def test_latest_base_model_has_the_id_a_job_takes(sdk: Sdk) -> None:
    assert sdk.registry.models.get("Phi-4", label="latest").id == BASE_MODEL


def test_allow_list_is_in_the_tags_of_one_model_and_in_the_metadata_of_another(rest: Rest) -> None:
    tagged, described = properties_of(rest, "Phi-3.5-mini-instruct"), properties_of(rest, "Phi-4")

    assert "Standard_NC24ads_A100_v4" in ast.literal_eval(tagged["tags"]["finetune_compute_allow_list"])
    assert tagged["system_metadata"] is None
    assert "finetune_compute_allow_list" not in described["tags"]
    assert "Standard_NC24ads_A100_v4" in described["system_metadata"]["supportedComputes"]["finetuneComputes"]


def test_model_specific_defaults_hold_keys_and_types_that_the_component_does_not_take(sdk: Sdk) -> None:
    model = sdk.registry.models.get("Phi-3-mini-4k-instruct", label="latest")
    defaults = json.loads(model.tags["model_specific_defaults"])

    assert "learning_rate_min" in defaults and "learning_rate_min" not in sdk.component.inputs
    assert defaults["precision"] == 16 and sdk.component.inputs["precision"]["type"] == "string"


def test_retired_base_model_says_when_it_retired(rest: Rest) -> None:
    model = properties_of(rest, "Phi-3-mini-4k-instruct")

    assert model["isArchived"] is True
    assert model["system_metadata"]["deprecation"]["finetuneRetirementDate"].startswith("2025-08-30")


def test_unknown_model_and_registry_are_not_found(sdk: Sdk, rest: Rest) -> None:
    with pytest.raises(ResourceNotFoundError):
        sdk.registry.models.get("No-Such-Model", version="1")
    assert rest.call("GET", "/registrymanagement/v1.0/registries/none/discovery", audience=ARM).status == 404


def test_component_declares_all_inputs_of_the_fine_tuning_pipeline(sdk: Sdk) -> None:
    inputs = sdk.component.inputs

    assert len(inputs) == 69
    assert (inputs["learning_rate"]["type"], inputs["learning_rate"].default) == ("number", 2e-5)
    assert inputs["apply_lora"].enum == ["true", "false"]
    assert set(sdk.component.outputs) == {"pytorch_model_folder", "mlflow_model_folder"}


def test_clusters_show_their_size_and_state(sdk: Sdk) -> None:
    fit, new = sdk.workspace.compute.get("gpu-cluster"), sdk.workspace.compute.get("new-cluster")

    assert (fit.size, fit.provisioning_state) == ("Standard_NC24ads_A100_v4", "Succeeded")
    assert new.provisioning_state == "Creating"
    assert {cluster.name for cluster in sdk.workspace.compute.list()} >= {"cpu-cluster", "v100-cluster"}


def test_unknown_cluster_is_not_found(sdk: Sdk) -> None:
    with pytest.raises(ResourceNotFoundError):
        sdk.workspace.compute.get("no-such-cluster")


def test_sizes_of_the_region_tell_gpus(sdk: Sdk) -> None:
    gpus = {size.name: size.gpus for size in sdk.workspace.compute.list_sizes()}

    assert gpus["Standard_NC24ads_A100_v4"] == 1
    assert gpus["Standard_ND96asr_v4"] == 8
    assert gpus["Standard_DS12_v2"] == 0
