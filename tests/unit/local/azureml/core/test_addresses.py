import pytest

from local.azureml.core.addresses import Addresses, datastore_path, job_output, registry_asset, workspace_asset

WORKSPACE = Addresses("https://127.0.0.1:1", "sub", "group", "ws", "eastus")


@pytest.mark.parametrize(
    "uri",
    [
        "azureml://datastores/prepared/paths/a/b.jsonl",
        WORKSPACE.data_path("prepared", "a/b.jsonl"),
        "azureml://subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
        "/datastores/prepared/paths/a/b.jsonl",
    ],
)
def test_path_in_a_datastore_is_read_short_and_long(uri: str) -> None:
    assert datastore_path(uri) == ("prepared", "a/b.jsonl")


@pytest.mark.parametrize(
    "uri", ["azureml://jobs/j/outputs/trained_model", "https://x/datastores/a/paths/b", "azureml:m:1"]
)
def test_other_uris_are_no_path_in_a_datastore(uri: str) -> None:
    assert datastore_path(uri) is None


@pytest.mark.parametrize("uri", ["azureml://jobs/j/outputs/trained_model", "azureml://jobs/j/outputs/trained_model/"])
def test_output_of_a_job_is_read(uri: str) -> None:
    assert job_output(uri) == ("j", "trained_model")


def test_registry_asset_is_not_taken_for_one_of_the_workspace() -> None:
    uri = "azureml://registries/azureml/models/Phi-4/versions/8"

    assert registry_asset(uri) == ("models", "Phi-4", "8")
    assert workspace_asset(uri) is None
    assert registry_asset("azureml://registries/other/models/Phi-4/versions/8") is None


@pytest.mark.parametrize("prefix", ["", "azureml:", "azureml:/"])
def test_asset_of_the_workspace_is_read_by_its_arm_id(prefix: str) -> None:
    assert workspace_asset(f"{prefix}{WORKSPACE.resource('models', 'm')}/versions/3") == ("models", "m", "3")
    assert registry_asset(f"{prefix}{WORKSPACE.resource('models', 'm')}/versions/3") is None
