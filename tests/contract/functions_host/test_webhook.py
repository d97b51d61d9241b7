from typing import Any

import pytest

from tests.contract.functions_host.conftest import Running
from tests.contract.laptop import Response

NOTIFICATION = {"aeg-event-type": "Notification"}


def an_event(id: str, **data: Any) -> dict[str, Any]:
    return {
        "id": id,
        "topic": "/subscriptions/s",
        "subject": f"subject of {id}",
        "eventType": "Some.Type",
        "eventTime": "2026-11-24T03:00:00.1234567Z",
        "data": data,
        "dataVersion": "1",
        "metadataVersion": "1",
    }


def deliver(host: Running, body: Any, function: str = "on_event", **headers: str) -> Response:
    code = host.server.ready["keys"]["eventgrid_extension"]
    path = f"/runtime/webhooks/EventGrid?functionName={function}&code={code}"
    return host.server.call("POST", path, body, headers or NOTIFICATION)


def test_each_event_of_a_delivery_is_one_call(host: Running) -> None:
    assert deliver(host, [an_event("a1", x=1), an_event("a2", x=2)]).status == 202
    seen = {entry["id"]: entry for entry in host.recorded("on_event")}
    assert seen["a1"]["data"] == {"x": 1}
    assert seen["a2"]["subject"] == "subject of a2"
    assert seen["a2"]["type"] == "Some.Type"


def test_events_of_a_delivery_are_handled_in_parallel(host: Running) -> None:
    assert deliver(host, [an_event("b1"), an_event("b2")], "on_pair").status == 202


def test_one_failing_event_fails_the_delivery_after_all_were_tried(host: Running) -> None:
    assert deliver(host, [an_event("c1", fail=True), an_event("c2")]).status == 500
    assert {"c1", "c2"} <= {entry["id"] for entry in host.recorded("on_event")}


def test_cloud_event_is_delivered_alone(host: Running) -> None:
    event = {"specversion": "1.0", "id": "d1", "source": "/here", "type": "Some.Type", "data": {}}
    assert deliver(host, event, "on_cloud_event").status == 202
    assert host.recorded("on_cloud_event") == [{"function": "on_cloud_event", "id": "d1", "source": "/here"}]


def test_validation_handshake_returns_the_code(host: Running) -> None:
    event = an_event("e1", validationCode="512d38b6")
    answer = deliver(host, [event], **{"aeg-event-type": "SubscriptionValidation"})
    assert (answer.status, answer.json) == (200, {"validationResponse": "512d38b6"})


def test_cloud_events_handshake_allows_the_origin(host: Running) -> None:
    path = f"/runtime/webhooks/EventGrid?functionName=on_event&code={host.server.ready['keys']['eventgrid_extension']}"
    answer = host.server.call("OPTIONS", path, headers={"WebHook-Request-Origin": "eventgrid.azure.net"})
    assert (answer.status, answer.headers["webhook-allowed-origin"]) == (200, "eventgrid.azure.net")


def test_unsubscribing_is_accepted_and_other_kinds_are_not(host: Running) -> None:
    assert deliver(host, [], **{"aeg-event-type": "Unsubscribe"}).status == 202
    assert deliver(host, [], **{"aeg-event-type": "Surprise"}).status == 400


@pytest.mark.parametrize("function", ["nobody", "on_message", ""])
def test_unknown_function_is_not_found(host: Running, function: str) -> None:
    assert deliver(host, [an_event("f1")], function).status == 404


def test_path_is_matched_in_any_case_and_others_are_not_found(host: Running) -> None:
    query = f"functionName=on_event&code={host.server.ready['keys']['eventgrid_extension']}"
    body, headers = [an_event("g1")], NOTIFICATION
    assert host.server.call("POST", f"/Runtime/WebHooks/eventgrid?{query}", body, headers).status == 202
    assert host.server.call("POST", f"/runtime/webhooks/blobs?{query}", body, headers).status == 404


@pytest.mark.parametrize("code", ["", "wrong"])
def test_wrong_key_is_refused(host: Running, code: str) -> None:
    path = f"/runtime/webhooks/EventGrid?functionName=on_event&code={code}"
    assert host.server.call("POST", path, [an_event("h1")], NOTIFICATION).status == 401
    assert "h1" not in {entry["id"] for entry in host.recorded("on_event")}
