import time
from collections.abc import Iterator

import pytest

from shared.core.errors import NoticeError
from shared.core.states import State
from shared.models.run import Notice
from shared.ports import Ports
from tests.contract.laptop import Laptop
from tests.contract.ports import samples
from tests.contract.ports.conftest import azure_ports
from tests.contract.ports.https import Https
from tests.doubles import memory_ports


@pytest.fixture
def topic(identified: Laptop) -> Iterator[Https]:
    """A server that accepts notices as an Event Grid topic does."""
    with Https(identified.certificates) as server:
        yield server


def ports(laptop: Laptop, endpoint: str) -> Ports:
    names = dict.fromkeys(("subscription_id", "resource_group", "workspace"), "none")
    return azure_ports(laptop, notices_endpoint=endpoint, **names)


class TestNotices:
    def test_notices_are_cloud_events_with_their_own_ids(self, identified: Laptop, topic: Https) -> None:
        run = samples.run("acme")
        later = Notice(id=f"{run.run_id}:2", type="tunedrop.run.live", time=samples.NOW, state=State.LIVE, detail="Up.")
        ports(identified, f"{topic.url}/api/events").notices.publish(run, [*run.outbox, later])
        [request] = topic.requests
        assert request.headers["content-type"].startswith("application/cloudevents-batch+json")
        assert request.headers["authorization"].startswith("Bearer ")
        first, second = request.body
        assert [first["id"], second["id"]] == [f"{run.run_id}:1", f"{run.run_id}:2"]
        assert second["specversion"] == "1.0"
        assert second["type"] == "tunedrop.run.live"
        assert second["source"] == "/tunedrop/acme"
        assert second["subject"] == f"runs/{run.run_id}"
        assert second["data"] == {"project": "acme", "run_id": run.run_id, "state": "live", "detail": "Up."}

    def test_without_a_topic_nothing_is_sent(self, identified: Laptop) -> None:
        run = samples.run("acme")
        ports(identified, "").notices.publish(run, run.outbox)

    def test_without_notices_nothing_is_sent(self, identified: Laptop, topic: Https) -> None:
        ports(identified, f"{topic.url}/api/events").notices.publish(samples.run("acme"), [])
        assert topic.requests == []

    def test_a_topic_that_failed_is_not_called_for_a_minute(
        self, identified: Laptop, topic: Https, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run, notices = samples.run("acme"), ports(identified, f"{topic.url}/api/events").notices
        topic.status = 503
        with pytest.raises(NoticeError, match="did not accept notices"):
            notices.publish(run, run.outbox)
        topic.status = 200
        with pytest.raises(NoticeError, match="less than a minute ago"):
            notices.publish(run, run.outbox)
        assert len(topic.requests) == 1
        now = time.monotonic()
        monkeypatch.setattr("time.monotonic", lambda: now + 61)
        notices.publish(run, run.outbox)
        assert len(topic.requests) == 2

    def test_an_unreachable_topic_is_our_error(self, identified: Laptop) -> None:
        run = samples.run("acme")
        with pytest.raises(NoticeError):
            ports(identified, "https://127.0.0.1:1/api/events").notices.publish(run, run.outbox)

    def test_the_double_keeps_what_was_published(self) -> None:
        run = samples.run("acme")
        memory = memory_ports()
        memory.notices.publish(run, run.outbox)
        assert memory.notices.published == run.outbox
