"""Endpoints, deployments and scoring."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)

from tests.contract.azureml.conftest import trusting
from tests.contract.azureml.rest import ARM, AZURE_ML, Rest
from tests.contract.azureml.sdk import Sdk, fresh
from tests.contract.laptop import Server, until

QUESTION = {"input_data": {"input_string": ["hello"]}}


@pytest.fixture(scope="module")
def served(session_sdk: Sdk, standin: Server) -> str:
    """An endpoint with one deployment of the base model that takes all traffic."""
    with trusting(standin):
        name = fresh("served")
        session_sdk.endpoint(name)
        session_sdk.deploy(name, "blue").result()
        session_sdk.traffic(name, {"blue": 100})
        return name


def scored(rest: Rest, endpoint: str, body: Any = QUESTION, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return rest.call("POST", f"/scoring/{endpoint}/score", body, audience=AZURE_ML, headers=named)


def key_of(rest: Rest, endpoint: str) -> str:
    return str(rest.call("POST", f"{rest.workspace}/onlineEndpoints/{endpoint}/listKeys").json["primaryKey"])


def test_trained_model_is_deployed_and_answers_by_traffic(sdk: Sdk, tmp_path: Path) -> None:
    data = tmp_path / "chat.jsonl"
    data.write_text('{"messages": []}\n')
    model, endpoint = sdk.trained_model(fresh("model"), str(data)), fresh("endpoint")

    assert sdk.endpoint(endpoint).provisioning_state == "Succeeded"
    assert sdk.deploy(endpoint, "green", model.id).result().provisioning_state == "Succeeded"
    assert sdk.traffic(endpoint, {"green": 100}).traffic == {"green": 100}

    answer = json.loads(sdk.ask(endpoint, ["hello"], tmp_path))
    assert answer["output"] == ["hello"]
    assert answer["model"].endswith(f"azureml/{model.name}/trained_model")


def test_base_model_of_the_registry_is_a_deployment_of_its_own(
    sdk: Sdk, served: str, standin: Server, tmp_path: Path
) -> None:
    answer = json.loads(sdk.ask(served, "hello", tmp_path, deployment="blue"))
    assert answer["model"] == str(standin.state.parent / "base-model")


def test_creation_is_an_operation_that_ends(sdk: Sdk, rest: Rest) -> None:
    name = fresh("endpoint")
    body = {"location": "eastus", "properties": {"authMode": "Key"}}
    created = rest.call("PUT", f"{rest.workspace}/onlineEndpoints/{name}", body)

    assert created.status == 201
    assert created.headers["retry-after"] == "1"
    assert created.json["properties"]["provisioningState"] == "Creating"
    url = created.headers["azure-asyncoperation"]
    assert [rest.call("GET", url).json["status"] for _ in range(2)] == ["InProgress", "Succeeded"]
    assert sdk.workspace.online_endpoints.get(name).provisioning_state == "Succeeded"


def test_second_operation_on_the_same_endpoint_is_a_conflict(rest: Rest) -> None:
    path = f"{rest.workspace}/onlineEndpoints/{fresh('endpoint')}"
    body = {"location": "eastus", "properties": {"authMode": "Key"}}
    assert rest.call("PUT", path, body).status == 201

    second = rest.call("PUT", path, body)

    assert second.status == 409
    assert "another operation" in second.json["error"]["message"]


def test_endpoint_is_deleted_with_its_deployments_and_its_name_can_never_be_used_again(sdk: Sdk, rest: Rest) -> None:
    name = fresh("endpoint")
    sdk.endpoint(name)
    sdk.deploy(name, "blue").result()

    sdk.workspace.online_endpoints.begin_delete(name).result()

    with pytest.raises(ResourceNotFoundError):
        sdk.workspace.online_endpoints.get(name)
    assert rest.call("GET", f"{rest.workspace}/onlineEndpoints/{name}/deployments/blue").status == 404
    assert rest.call("DELETE", f"{rest.workspace}/onlineEndpoints/{name}").status == 204
    with pytest.raises(ResourceExistsError, match="was used before"):
        sdk.endpoint(name)


def test_name_held_by_another_workspace_is_refused(sdk: Sdk) -> None:
    with pytest.raises(ResourceExistsError, match="in use"):
        sdk.endpoint("taken-elsewhere")


@pytest.mark.parametrize("name", ["ab", "1abc", "a--b", "x" * 33])
def test_bad_name_is_refused(rest: Rest, name: str) -> None:
    body = {"properties": {"authMode": "Key"}}
    assert rest.call("PUT", f"{rest.workspace}/onlineEndpoints/{name}", body).status == 400


def test_deployment_without_quota_is_refused_at_once(sdk: Sdk, served: str) -> None:
    with pytest.raises(HttpResponseError) as refusal:
        sdk.deploy(served, "big", size="Standard_F4s_v2")

    assert refusal.value.status_code == 400
    assert "Not enough quota available for Standard_F4s_v2 in SubscriptionId" in refusal.value.message
    assert "Current usage/limit: 0/6. Additional needed: 8" in refusal.value.message


def test_unknown_size_is_refused(sdk: Sdk, served: str) -> None:
    with pytest.raises(HttpResponseError, match="not supported"):
        sdk.deploy(served, "odd", size="Standard_Nonsense")


def test_deployment_of_an_unknown_model_is_refused(rest: Rest, served: str) -> None:
    model = f"{rest.workspace}/models/none/versions/1"
    body = {"properties": {"model": model, "instanceType": "Standard_NC24ads_A100_v4"}}
    assert rest.call("PUT", f"{rest.workspace}/onlineEndpoints/{served}/deployments/none", body).status == 404


def test_deployment_that_never_becomes_alive_fails_and_can_be_deleted(sdk: Sdk, rest: Rest, served: str) -> None:
    rest.arm_fault(on="deployment", path=f"{served}/sick", message="The liveness probe failed.")

    with pytest.raises(HttpResponseError, match="liveness probe failed"):
        sdk.deploy(served, "sick").result()

    assert sdk.workspace.online_deployments.get("sick", served).provisioning_state == "Failed"
    sdk.workspace.online_deployments.begin_delete("sick", served).result()
    with pytest.raises(ResourceNotFoundError):
        sdk.workspace.online_deployments.get("sick", served)


def test_server_that_dies_at_once_fails_the_deployment_and_leaves_its_log(
    sdk: Sdk, served: str, tmp_path: Path
) -> None:
    from azure.ai.ml.entities import Model

    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "broken").touch()
    (tmp_path / "model" / "MLmodel").write_text("flavors: {}\n")
    broken = Model(name=fresh("model"), version="1", type="mlflow_model", path=str(tmp_path / "model"))
    model = sdk.workspace.models.create_or_update(broken)

    with pytest.raises(HttpResponseError, match="crashed"):
        sdk.deploy(served, "dead", model.id).result()

    assert "does not load" in sdk.workspace.online_deployments.get_logs("dead", served, lines=10)


def test_deployment_with_traffic_is_not_deleted(sdk: Sdk, served: str) -> None:
    with pytest.raises(HttpResponseError, match="live traffic"):
        sdk.workspace.online_deployments.begin_delete("blue", served)


@pytest.mark.parametrize("traffic", [{"blue": 50}, {"none": 100}])
def test_traffic_to_an_unknown_deployment_or_of_half_is_refused(sdk: Sdk, served: str, traffic: dict[str, int]) -> None:
    with pytest.raises(HttpResponseError, match="raffic"):
        sdk.traffic(served, traffic)


def test_answer_names_its_deployment(rest: Rest, served: str) -> None:
    answer = scored(rest, served, Authorization=f"Bearer {key_of(rest, served)}")

    assert answer.status == 200
    assert answer.headers["azureml-model-deployment"] == "blue"


def test_question_without_the_endpoints_key_is_refused(rest: Rest, served: str) -> None:
    assert scored(rest, served).status == 401
    assert rest.call("POST", f"/scoring/{served}/score", QUESTION, audience=None).status == 401


def test_endpoint_with_tokens_takes_those_for_azure_ml_only(sdk: Sdk, rest: Rest) -> None:
    name = fresh("endpoint")
    sdk.endpoint(name, auth_mode="aad_token")
    sdk.deploy(name, "blue").result()
    sdk.traffic(name, {"blue": 100})

    assert scored(rest, name).status == 200
    assert rest.call("POST", f"/scoring/{name}/score", QUESTION, audience=ARM).status == 401


def test_endpoint_without_traffic_is_not_found(sdk: Sdk, rest: Rest) -> None:
    name = fresh("endpoint")
    sdk.endpoint(name)

    answer = scored(rest, name, Authorization=f"Bearer {key_of(rest, name)}")

    assert answer.status == 404


def test_models_error_is_a_failed_dependency(rest: Rest, served: str) -> None:
    body = {"input_data": {"input_string": "fail"}}
    answer = scored(rest, served, body, Authorization=f"Bearer {key_of(rest, served)}")

    assert answer.status == 424
    assert answer.headers["ms-azureml-model-error-statuscode"] == "500"


def test_more_than_twice_the_requests_that_instances_handle_are_too_many(rest: Rest, served: str, hold: Path) -> None:
    gate, key = hold / "wait", key_of(rest, served)
    gate.touch()
    statuses: list[int] = []

    def ask() -> None:
        body = {"input_data": {"input_string": "wait"}}
        statuses.append(scored(rest, served, body, Authorization=f"Bearer {key}").status)

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    until(lambda: statuses == [429], "the third is turned away")
    gate.unlink()
    for asker in askers:
        asker.join()

    assert sorted(statuses) == [200, 200, 429]


def test_server_that_dies_is_started_again(sdk: Sdk, rest: Rest) -> None:
    name = fresh("endpoint")
    sdk.endpoint(name)
    sdk.deploy(name, "blue").result()
    sdk.traffic(name, {"blue": 100})
    key = {"Authorization": f"Bearer {key_of(rest, name)}"}
    first = scored(rest, name, **key).json["pid"]

    assert scored(rest, name, {"input_data": {"input_string": "die"}}, **key).status == 503
    second = until(lambda: (answer := scored(rest, name, **key)).status == 200 and answer.json["pid"], "it is back")

    assert second != first


def test_scoring_with_the_sdk_and_a_wrong_key_is_an_authentication_error(
    sdk: Sdk, served: str, tmp_path: Path, rest: Rest
) -> None:
    rest.arm_fault(method="POST", path=f"/onlineEndpoints/{served}/listKeys", status=401, code="Unauthorized")
    with pytest.raises(ClientAuthenticationError):
        sdk.ask(served, "hello", tmp_path)
