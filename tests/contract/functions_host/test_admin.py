import json

from tests.contract.functions_host.conftest import Running
from tests.contract.laptop import Response, until


def admin(host: Running, method: str, path: str, body: object = None) -> Response:
    headers = {"x-functions-key": host.server.ready["keys"]["master"]}
    return host.server.call(method, f"/admin/{path}", body, headers)


def test_status_says_running(host: Running) -> None:
    assert admin(host, "GET", "host/status").json["state"] == "Running"
    assert host.server.call("GET", "/admin/host/ping").status == 200


def test_admin_api_wants_the_master_key(host: Running) -> None:
    key = host.server.ready["keys"]["function"]
    assert host.server.call("GET", f"/admin/functions?code={key}").status == 401
    assert host.server.call("POST", "/admin/functions/nightly", {}).status == 401


def test_functions_are_listed_with_settings_resolved(host: Running) -> None:
    listed = {each["name"]: each["config"]["bindings"][0] for each in admin(host, "GET", "functions").json}
    assert listed["nightly"]["schedule"] == "0 0 3 * * *"
    assert listed["on_message"]["queueName"] == host.queue


def test_timer_event_and_message_can_be_run_by_hand(host: Running) -> None:
    event = {"id": "by-hand", "subject": "s", "eventType": "t", "eventTime": "2026-11-24T03:00:00Z", "data": {}}
    assert admin(host, "POST", "functions/nightly", {"input": ""}).status == 202
    assert admin(host, "POST", "functions/on_event", {"input": json.dumps(event)}).status == 202
    assert admin(host, "POST", "functions/on_message", {"input": '{"by": "hand"}'}).status == 202
    until(lambda: host.recorded("nightly"), "the timer ran")
    until(lambda: host.recorded("on_event"), "the event was handled")
    assert until(lambda: host.recorded("on_message"), "the message was handled")[0]["body"] == {"by": "hand"}


def test_what_cannot_be_run_by_hand_is_refused(host: Running) -> None:
    assert admin(host, "POST", "functions/nobody", {"input": ""}).status == 404
    assert admin(host, "POST", "functions/named", {"input": ""}).status == 400
    assert admin(host, "POST", "functions/on_event", {"input": "no event"}).status == 400
    assert admin(host, "POST", "functions/on_event", b"no json").status == 400
