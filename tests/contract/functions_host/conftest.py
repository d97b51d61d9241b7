"""Hosts that serve the app beside this file."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from azure.storage.queue import QueueClient, TextBase64DecodePolicy, TextBase64EncodePolicy

from tests.contract.laptop import Laptop, Server, journal

APP = Path(__file__).parent / "app"
NEVER = "0 0 0 1 1 *"


@dataclass(frozen=True)
class Running:
    """A running host, the journal of its app, and its queue."""

    server: Server
    journal: Path
    queue: str
    laptop: Laptop

    def recorded(self, function: str) -> list[dict[str, Any]]:
        """A function's lines in the journal."""
        return [entry for entry in journal(self.journal) if entry["function"] == function]

    def client(self, name: str = "") -> QueueClient:
        """A client of a queue (by default the host's) with bodies in base64; close it."""
        return self.raw_client(
            name, message_encode_policy=TextBase64EncodePolicy(), message_decode_policy=TextBase64DecodePolicy()
        )

    def raw_client(self, name: str = "", **options: Any) -> QueueClient:
        """The same with raw bodies."""
        return QueueClient(self.laptop.storage.queue_uri, name or self.queue, **self.laptop.client_options, **options)


Start = Callable[..., Running]


@pytest.fixture(scope="module")
def start(laptop: Laptop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """A function that starts hosts with their own settings; they are stopped after the module's tests."""
    servers: list[Server] = []

    def started(*arguments: str, **settings: str) -> Running:
        folder, queue = tmp_path_factory.mktemp("host"), f"work-{uuid.uuid4().hex[:8]}"
        environment = {**laptop.environment, "JOURNAL": str(folder / "journal.jsonl"), "WORK_QUEUE": queue}
        environment |= {"TICK_SCHEDULE": NEVER, "AzureFunctionsWebHost__hostid": queue, **settings}
        running = Running(
            Server("local.functions_host", folder / "state", ["--app", str(APP), *arguments], environment),
            folder / "journal.jsonl",
            queue,
            laptop,
        )
        with running.client() as client:
            client.create_queue()
        servers.append(running.server)
        running.server.start()
        return running

    yield started
    for server in servers:
        if server.alive:
            server.stop()


@pytest.fixture(scope="module")
def host(start: Start) -> Running:
    """One host for a module's tests."""
    return start()
