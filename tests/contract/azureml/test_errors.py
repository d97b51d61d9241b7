"""What all routes have in common: authentication, faults, the request log."""

import base64
import json

import pytest
from azure.core.exceptions import HttpResponseError

from tests.contract.azureml.rest import ARM, AZURE_ML, Rest
from tests.contract.azureml.sdk import Sdk


def expired_token() -> str:
    claims = json.dumps({"aud": ARM, "exp": 1}).encode()
    return "e30." + base64.urlsafe_b64encode(claims).decode().rstrip("=") + ".c2ln"


def test_request_without_a_token_is_refused(rest: Rest) -> None:
    answer = rest.call("GET", rest.workspace, audience=None)

    assert answer.status == 401
    assert answer.json["error"]["code"] == "AuthenticationFailed"
    assert "www-authenticate" in answer.headers


@pytest.mark.parametrize("audience", [AZURE_ML, "https://storage.azure.com"])
def test_token_for_another_audience_is_refused(rest: Rest, audience: str) -> None:
    answer = rest.call("GET", rest.workspace, audience=audience)

    assert answer.status == 401
    assert answer.json["error"]["code"] == "InvalidAuthenticationTokenAudience"


@pytest.mark.parametrize("token", ["nonsense", expired_token()])
def test_token_that_is_invalid_or_expired_is_refused(rest: Rest, token: str) -> None:
    assert rest.call("GET", rest.workspace, headers={"Authorization": f"Bearer {token}"}).status == 401


def test_blobs_are_refused_to_strangers(rest: Rest) -> None:
    path = "/workspacestore.blob.localhost/azureml/x.txt"

    assert rest.call("GET", path, audience=None).status == 401
    assert rest.call("GET", path, audience=ARM).status == 401
    assert rest.call("GET", path, audience="https://storage.azure.com").status == 404


def test_blob_name_can_not_leave_its_container(rest: Rest) -> None:
    path = "/workspacestore.blob.localhost/azureml/..%2F..%2F..%2Fports.json"
    assert rest.call("GET", path, audience="https://storage.azure.com").status == 400


def test_another_workspace_is_not_found(rest: Rest) -> None:
    answer = rest.call("GET", rest.workspace + "-other")

    assert answer.status == 404
    assert "tunedrop-laptop" in answer.json["error"]["message"]


def test_request_that_is_not_covered_is_answered_with_501(rest: Rest) -> None:
    answer = rest.call("GET", f"{rest.workspace}/schedules")

    assert answer.status == 501
    assert "GET" in answer.json["error"]["message"]


def test_throttled_call_is_repeated_by_the_sdk_after_the_time_in_the_response(sdk: Sdk, rest: Rest) -> None:
    rest.arm_fault(method="GET", path="/computes/cpu-cluster$", times=2)

    assert sdk.workspace.compute.get("cpu-cluster").size == "Standard_DS12_v2"
    assert sdk.transport.waits[-2:] == [1.0, 1.0]
    assert [entry["status"] for entry in rest.requests(path="/computes/cpu-cluster")][-3:] == [429, 429, 200]


def test_fault_strikes_as_often_as_it_was_armed_for_and_can_be_disarmed(rest: Rest) -> None:
    rest.arm_fault(path="/computes$", status=500, code="InternalServerError", times=1)
    assert rest.call("GET", f"{rest.workspace}/computes").status == 500
    assert rest.call("GET", f"{rest.workspace}/computes").status == 200

    rest.arm_fault(path="/computes$", times=9)
    assert rest.call("DELETE", "/_standin/faults").status == 204
    assert rest.call("GET", f"{rest.workspace}/computes").status == 200
    assert rest.call("GET", "/_standin/faults").json["value"] == []


def test_fault_of_an_unknown_kind_is_refused(rest: Rest) -> None:
    assert rest.call("POST", "/_standin/faults", {"on": "weather"}).status == 400


def test_server_error_reaches_the_caller(sdk: Sdk, rest: Rest) -> None:
    rest.arm_fault(method="GET", path="/models/none/versions/1$", status=403, code="Forbidden", message="No entry.")
    with pytest.raises(HttpResponseError, match="No entry"):
        sdk.workspace.models.get("none", version="1")


def test_log_never_holds_blobs_or_questions(rest: Rest) -> None:
    secret = {"input_data": {"input_string": "a private question"}}
    rest.call("POST", "/scoring/none/score", secret, audience=AZURE_ML)
    path = "/workspacestore.blob.localhost/azureml/private.json"
    rest.call("PUT", path, {"private": "content"}, audience="https://storage.azure.com")

    logged = json.dumps(rest.requests())
    assert "scoring.score" in logged and "blob.put" in logged
    assert "a private question" not in logged and '"private": "content"' not in logged
