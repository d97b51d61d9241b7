"""Models and data of the workspace."""

from pathlib import Path

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from tests.contract.azureml.sdk import Sdk, fresh


@pytest.fixture
def data(tmp_path: Path) -> str:
    file = tmp_path / "chat.jsonl"
    file.write_text('{"messages": []}\n' * 12)
    return str(file)


def test_model_of_a_jobs_output_keeps_its_files_path_and_its_job(sdk: Sdk, data: str) -> None:
    name = fresh("model")
    model = sdk.trained_model(name, data)

    assert model.path.endswith(f"/datastores/workspaceblobstore/paths/azureml/{name}/trained_model/")
    assert model.job_name == name
    assert sdk.workspace.models.get(name, label="latest").version == "1"


def test_same_version_again_is_fine_and_another_path_is_refused(sdk: Sdk, data: str) -> None:
    from azure.ai.ml.entities import Model

    name = fresh("model")
    sdk.trained_model(name, data)
    models = sdk.workspace.models
    same = Model(name=name, version="1", type="mlflow_model", path=f"azureml://jobs/{name}/outputs/trained_model")
    other = Model(name=name, version="1", type="mlflow_model", path="azureml://datastores/workspaceblobstore/paths/x/")

    assert models.create_or_update(same).version == "1"
    with pytest.raises(HttpResponseError, match="Asset paths cannot be updated"):
        models.create_or_update(other)


def test_model_without_a_version_gets_the_next_one(sdk: Sdk, data: str) -> None:
    from azure.ai.ml.entities import Model

    name = fresh("model")
    sdk.trained_model(name, data)
    again = Model(name=name, type="mlflow_model", path=f"azureml://jobs/{name}/outputs/trained_model")

    assert sdk.workspace.models.create_or_update(again).version == "2"


def test_output_that_does_not_exist_can_not_be_registered(sdk: Sdk) -> None:
    from azure.ai.ml.entities import Model

    with pytest.raises(ResourceNotFoundError):
        sdk.workspace.models.create_or_update(
            Model(name=fresh("model"), version="1", path="azureml://jobs/none/outputs/trained_model")
        )


def test_unknown_model_is_not_found(sdk: Sdk) -> None:
    with pytest.raises(ResourceNotFoundError):
        sdk.workspace.models.get("no-such-model", version="1")


def test_registered_data_can_be_trained_on(sdk: Sdk, data: str) -> None:
    from azure.ai.ml.entities import Data

    asset = sdk.workspace.data.create_or_update(Data(name=fresh("data"), version="1", type="uri_file", path=data))
    name = fresh("job")
    sdk.submit(name, asset.id)

    assert sdk.until_status(name, "Completed", "Failed") == "Completed"
