"""Our request bodies for endpoints and deployments equal the SDK's."""

from typing import Any

import pytest

from shared.gateways.azureml import deployments, endpoints
from shared.gateways.azureml.client import sdk
from shared.gateways.azureml.hosting import provisioning

MODEL = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/models/acme/versions/1"
)


def test_the_body_of_an_endpoint_equals_the_sdks() -> None:
    endpoint = sdk().entities.ManagedOnlineEndpoint(
        name="acme-1", auth_mode="aad_token", tags={"a": "b"}, traffic={"blue": 100}
    )
    sdk_body = endpoint._to_rest_online_endpoint(location="eastus").as_dict()
    assert endpoints.request_body("eastus", {"a": "b"}, {"blue": 100}) == sdk_body


def test_the_body_of_a_deployment_equals_the_sdks() -> None:
    entities: Any = sdk().entities
    deployment = entities.ManagedOnlineDeployment(
        name="blue",
        endpoint_name="acme-1",
        model=MODEL,
        instance_type="Standard_X",
        instance_count=2,
        tags={"a": "b"},
        liveness_probe=entities.ProbeSettings(initial_delay=600),
        request_settings=entities.OnlineRequestSettings(request_timeout_ms=90000),
    )
    sdk_body = deployment._to_rest_object(location="eastus").as_dict()
    assert deployments.request_body("eastus", MODEL, "Standard_X", 2, {"a": "b"}) == sdk_body


@pytest.mark.parametrize(
    ("azure", "ours"),
    [
        ("Creating", "creating"),
        ("Updating", "updating"),
        ("Scaling", "updating"),
        ("Succeeded", "succeeded"),
        ("Failed", "failed"),
        ("Canceled", "failed"),
        ("Deleting", "deleting"),
        ("SomethingNew", "updating"),
        (None, "creating"),
    ],
)
def test_every_state_of_azures_becomes_one_of_ours(azure: str | None, ours: str) -> None:
    assert provisioning(azure) == ours
