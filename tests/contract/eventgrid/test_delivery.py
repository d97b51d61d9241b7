from collections import Counter

import pytest

from tests.contract.eventgrid.conftest import Running, Start, a_subscription, an_event
from tests.contract.eventgrid.receiver import Receiver, listening
from tests.contract.laptop import until


def test_event_comes_alone_in_an_array_with_event_grids_headers(grid: Running) -> None:
    assert grid.publish(an_event("alone")) == 1
    [delivery] = until(lambda: grid.receiver.deliveries, "the delivery")
    assert delivery.body == [an_event("alone")]
    assert delivery.path == "/hook?code=secret"
    wanted = {
        "aeg-event-type": "Notification",
        "aeg-subscription-name": "ours",
        "aeg-delivery-count": "0",
        "aeg-data-version": "2",
        "aeg-metadata-version": "1",
        "content-type": "application/json; charset=utf-8",
    }
    assert {name: delivery.headers[name] for name in wanted} == wanted
    [line] = until(lambda: grid.log("alone"), "the log")
    assert line.pop("t") > 0
    assert line == {
        "id": "alone",
        "subscription": "ours",
        "subject": "things/alone",
        "eventType": "Thing.Made",
        "attempt": 1,
        "status": 202,
        "outcome": "delivered",
    }


def test_handshake_happens_once_and_before_any_delivery(start: Start, receiver: Receiver) -> None:
    grid = start()
    grid.publish(an_event("a"))
    until(lambda: grid.log() and not grid.pending(), "the delivery is settled")
    grid.server.kill()
    grid.server.start()
    grid.publish(an_event("b"))
    until(lambda: receiver.ids() == ["a", "b"], "the second delivery")
    assert len(receiver.handshakes) == 1


def test_nothing_is_delivered_to_an_endpoint_that_refuses_the_handshake(start: Start, receiver: Receiver) -> None:
    receiver.willing = False
    grid = start()
    grid.publish(an_event("a"))
    until(lambda: len(receiver.handshakes) >= 2, "two handshakes")
    assert receiver.deliveries == []
    receiver.willing = True
    until(lambda: receiver.ids() == ["a"], "the delivery")


@pytest.mark.parametrize("status", [500, 503, 408, 429, 302])
def test_failed_delivery_is_tried_again(grid: Running, status: int) -> None:
    id = f"failed-{status}"
    grid.receiver.statuses.extend([status, status])
    grid.publish(an_event(id))
    until(lambda: len(grid.log(id)) == 3, "three tries")
    assert [(line["attempt"], line["status"]) for line in grid.log(id)] == [(1, status), (2, status), (3, 202)]
    assert [delivery.headers["aeg-delivery-count"] for delivery in grid.receiver.deliveries] == ["0", "1", "2"]


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_some_answers_are_never_tried_again(grid: Running, status: int) -> None:
    id = f"refused-{status}"
    grid.receiver.statuses.append(status)
    grid.publish(an_event(id))
    until(lambda: grid.log(id) and not grid.pending(), "the delivery is settled")
    assert [(line["status"], line["outcome"]) for line in grid.log(id)] == [(status, "dropped")]
    assert grid.dead_letters(id) == []


def test_event_that_is_never_accepted_is_dead_lettered(grid: Running) -> None:
    grid.receiver.statuses.extend([500, 500, 404])
    grid.publish(an_event("dead"))
    [dead] = until(lambda: grid.dead_letters("dead"), "the dead letter")
    assert dead["deadLetterReason"] == "MaxDeliveryAttemptsExceeded"
    assert (dead["deliveryAttempts"], dead["lastDeliveryOutcome"]) == (3, "NotFound")
    until(lambda: not grid.pending(), "nothing is pending")


def test_event_that_grew_too_old_is_dead_lettered(start: Start, receiver: Receiver) -> None:
    receiver.statuses.append(500)
    grid = start(arguments=("--retry-factor", "1", "--ttl", "5"))
    grid.publish(an_event("a"))
    [dead] = until(grid.dead_letters, "the dead letter")
    assert (dead["deadLetterReason"], dead["deliveryAttempts"]) == ("TimeToLiveExceeded", 1)


def test_pending_delivery_survives_a_crash_while_the_endpoint_is_down(start: Start) -> None:
    endpoint = Receiver()
    with listening(endpoint):
        grid = start(a_subscription(endpoint), arguments=("--retry-factor", "0.02"))
        until(lambda: endpoint.handshakes, "the handshake")
    grid.publish(an_event("a"))
    until(grid.log, "a failed try")
    assert (grid.log()[0]["status"], grid.log()[0]["outcome"]) == (0, "retrying")
    grid.server.kill()
    with listening(endpoint):
        grid.server.start()
        until(lambda: endpoint.ids() == ["a"] and not grid.pending(), "the delivery")


@pytest.mark.parametrize("path", ["/events/again/redeliver?times=3", "/deliveries/again"])
def test_event_can_be_delivered_again_on_purpose(grid: Running, path: str) -> None:
    grid.publish(an_event("again"))
    until(lambda: grid.receiver.deliveries, "the first delivery")
    added = grid.server.call("POST", path, {}).json["deliveries"]
    until(lambda: len(grid.receiver.deliveries) == 1 + added and not grid.pending(), "the others")
    assert added == (3 if "times" in path else 1)
    assert all(delivery.body == [an_event("again")] for delivery in grid.receiver.deliveries)


def test_burst_is_delivered_whole(grid: Running) -> None:
    assert grid.publish(*(an_event(f"e{n}") for n in range(300))) == 300
    until(lambda: not grid.pending(), "all are delivered")
    assert Counter(grid.receiver.ids()) == {f"e{n}": 1 for n in range(300)}


def test_subscription_can_get_cloud_events(start: Start, receiver: Receiver) -> None:
    grid = start(a_subscription(receiver, delivery_schema="cloudevents"))
    grid.publish(an_event("a", data={"x": 1}))
    [delivery] = until(lambda: receiver.deliveries, "the delivery")
    assert delivery.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert delivery.body == {
        "specversion": "1.0",
        "id": "a",
        "source": "/t",
        "type": "Thing.Made",
        "subject": "things/a",
        "time": "2026-11-24T00:00:00Z",
        "data": {"x": 1},
    }
    assert receiver.handshakes[0].headers["webhook-request-origin"] == "eventgrid.azure.net"


def test_cloud_events_are_filtered_and_delivered_as_they_are(start: Start, receiver: Receiver) -> None:
    grid = start(a_subscription(receiver, included_event_types=["Run.Live"], subject_begins_with="runs/"))
    live = {"specversion": "1.0", "id": "1", "source": "/app", "type": "run.live", "subject": "Runs/a", "data": {}}
    assert grid.publish(live, live | {"id": "2", "type": "Run.Failed"}, live | {"id": "3", "subject": "a"}) == 1
    [delivery] = until(lambda: receiver.deliveries, "the delivery")
    assert delivery.body == live


def test_control_api_lists_what_was_published_and_refuses_nonsense(grid: Running) -> None:
    grid.publish(an_event("listed-1"), an_event("listed-2"))
    listed = grid.server.call("GET", "/events?id=listed-2").json
    assert [(each["source"], each["event"]["id"]) for each in listed] == [("custom", "listed-2")]
    until(lambda: not grid.pending(), "both are delivered")
    lines = grid.server.call("GET", "/deliveries?id=listed-2").json["deliveries"]
    assert [line["id"] for line in lines] == ["listed-2"]
    assert grid.server.call("POST", "/events/nobody/redeliver").status == 404
    assert grid.server.call("POST", "/events/listed-1/redeliver?times=0").status == 400
    assert grid.server.call("POST", "/events", b"no json").status == 400
    assert grid.server.call("POST", "/events", [{"subject": "no id"}]).status == 400


def test_stops_on_sigterm(start: Start) -> None:
    grid = start()
    assert grid.server.stop() == 0
    assert not (grid.server.state / "ready.json").exists()
