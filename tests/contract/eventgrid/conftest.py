"""Event Grids that watch a container of their own and deliver to a receiver: one shared, or one for a test alone."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.contract.eventgrid.receiver import Receiver, listening
from tests.contract.laptop import Laptop, Server, journal, until

STORAGE_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/devstoreaccount1"


@dataclass(frozen=True)
class Running:
    """A running Event Grid, its sources, and the receiver of its events."""

    server: Server
    container: str
    runs: Path
    receiver: Receiver
    laptop: Laptop

    def upload(self, name: str, data: bytes = b"{}") -> str:
        """Write a blob; return its ETag."""
        with self.laptop.blobs() as service, service.get_blob_client(self.container, name) as blob:
            return str(blob.upload_blob(data, overwrite=True)["etag"])

    def publish(self, *events: dict[str, Any], source: str = "custom") -> int:
        """Publish through the control API; return the number of deliveries."""
        answer = self.server.call("POST", f"/events?source={source}", list(events))
        assert answer.status == 202
        return int(answer.json["deliveries"])

    def pending(self) -> int:
        """The number of pending deliveries."""
        return int(self.server.call("GET", "/deliveries").json["pending"])

    def log(self, id: str = "") -> list[dict[str, Any]]:
        """The lines of deliveries.jsonl, of one event or of all."""
        return self._lines("deliveries.jsonl", id)

    def dead_letters(self, id: str = "") -> list[dict[str, Any]]:
        """The lines of deadletter.jsonl, of one event or of all."""
        return self._lines("deadletter.jsonl", id)

    def _lines(self, file: str, id: str) -> list[dict[str, Any]]:
        return [line for line in journal(self.server.state / file) if id in ("", line["id"])]


def an_event(id: str, **more: Any) -> dict[str, Any]:
    """An event in Event Grid's schema."""
    usual = {"topic": "/t", "subject": f"things/{id}", "eventType": "Thing.Made", "eventTime": "2026-11-24T00:00:00Z"}
    return {"id": id, **usual, "data": {}, "dataVersion": "2", "metadataVersion": "1", **more}


def a_subscription(receiver: Receiver, **more: Any) -> dict[str, Any]:
    """A subscription to the topic ``custom``, with no filter."""
    return {"name": "ours", "source": "custom", "endpoint": receiver.endpoint, **more}


def to_topic(topic: str, receiver: Receiver, **more: Any) -> dict[str, Any]:
    """A subscription to a topic of the same name, with no filter."""
    return a_subscription(receiver, **({"name": topic, "source": topic} | more))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening(Receiver()) as ready:
        yield ready


Start = Callable[..., Running]


@pytest.fixture
def start(laptop: Laptop, receiver: Receiver, tmp_path: Path) -> Iterator[Start]:
    """Start an Event Grid with subscriptions of one's own (by default one to ``custom``)."""
    with starting(laptop, receiver, tmp_path) as started:
        yield started


@pytest.fixture(scope="package")
def shared(laptop: Laptop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One Event Grid for all tests that need no restart, and no subscriptions or handshake of their own."""
    with listening(Receiver()) as receiver, starting(laptop, receiver, tmp_path_factory.mktemp("grid")) as started:
        topics = [to_topic(topic, receiver) for topic in ("uploads", "runs")]
        yield started(a_subscription(receiver), *topics, arguments=("--retry-factor", "0.001", "--max-attempts", "3"))


@pytest.fixture
def grid(shared: Running) -> Iterator[Running]:
    """The shared Event Grid, with nothing pending and nothing received yet."""
    shared.receiver.deliveries.clear()
    yield shared
    until(lambda: not shared.pending(), "nothing is pending")


@contextmanager
def starting(laptop: Laptop, receiver: Receiver, folder: Path) -> Iterator[Start]:
    """A function that starts Event Grids; they are stopped afterwards."""
    servers: list[Server] = []

    def started(*subscriptions: dict[str, Any], arguments: tuple[str, ...] = ()) -> Running:
        container, runs, wanted = f"c{uuid.uuid4().hex[:10]}", folder / "events.jsonl", folder / "subscriptions.json"
        wanted.write_text(json.dumps(subscriptions or [a_subscription(receiver)]))
        with laptop.blobs() as service:
            service.create_container(container)
        command = ["--blob-uri", laptop.storage.blob_uri, "--container", container, "--storage-id", STORAGE_ID]
        command += ["--azureml-events", str(runs), "--subscriptions", str(wanted), "--interval", "0.1"]
        server = Server("local.eventgrid", folder / "state", [*command, *arguments], laptop.environment)
        servers.append(server)
        return Running(server.start(), container, runs, receiver, laptop)

    yield started
    for server in servers:
        if server.alive:
            server.stop()
