import asyncio
import json
from pathlib import Path
from typing import Any

import azure.functions as func
from azure.identity.aio import DefaultAzureCredential
from azure.storage.queue import QueueClient
from azure.storage.queue.aio import QueueServiceClient

from local.functions_host import payloads
from local.functions_host.application import Function
from local.functions_host.config import QueueOptions
from local.functions_host.invoker import Invoker
from local.functions_host.queues import QueueListener
from tests.contract.functions_host.conftest import Running, Start
from tests.contract.laptop import PATIENCE, until


def send(host: Running, body: dict[str, Any]) -> str:
    with host.client() as queue:
        return str(queue.send_message(json.dumps(body)).id)


def attempts(host: Running, message: str, function: str = "on_message") -> list[dict[str, Any]]:
    return [entry for entry in host.recorded(function) if entry["id"] == message]


def is_empty(host: Running) -> bool:
    with host.client() as queue:
        return queue.get_queue_properties().approximate_message_count == 0


def peeked(queue: QueueClient) -> list[str]:
    return [message.content for message in queue.peek_messages(32)]


def test_message_is_processed_once_and_deleted(host: Running) -> None:
    message = send(host, {"x": 1})
    until(lambda: attempts(host, message, "on_message_done") and is_empty(host), "the message is done")
    assert [(t["body"], t["dequeue_count"]) for t in attempts(host, message)] == [({"x": 1}, 1)]


def test_message_that_always_fails_ends_in_the_poison_queue_after_five_attempts(host: Running) -> None:
    message = send(host, {"fail": True})
    with host.client(f"{host.queue}-poison") as poison:
        until(lambda: len(attempts(host, message)) == 5 and is_empty(host), "five attempts")
        assert [json.loads(text) for text in until(lambda: peeked(poison), "the message is in the poison queue")] == [
            {"fail": True}
        ]
    assert [t["dequeue_count"] for t in attempts(host, message)] == [1, 2, 3, 4, 5]


def test_message_that_is_not_base64_goes_to_the_poison_queue_without_an_attempt(start: Start) -> None:
    host = start()
    with host.raw_client() as queue, host.raw_client(f"{host.queue}-poison") as poison:
        queue.send_message("{not base64}")
        until(lambda: is_empty(host), "the message leaves the queue")
        assert peeked(poison) == ["{not base64}"]
    assert host.recorded("on_message") == []


def test_raw_messages_are_read_if_host_json_says_so(start: Start) -> None:
    host = start(AzureFunctionsJobHost__extensions__queues__messageEncoding="none")
    with host.raw_client() as queue:
        queue.send_message('{"text": "raw & <plain>"}')
    until(lambda: host.recorded("on_message_done"), "the message is done")
    assert host.recorded("on_message")[0]["body"] == {"text": "raw & <plain>"}


def test_lease_is_renewed_while_a_function_runs(start: Start) -> None:
    host = start("--lease", "1")
    message = send(host, {"seconds": 3.5})
    until(lambda: attempts(host, message, "on_message_done") and is_empty(host), "the message is done")
    assert len(attempts(host, message)) == 1


def test_many_messages_are_processed_a_few_at_a_time(start: Start) -> None:
    host = start(AzureFunctionsJobHost__extensions__queues__batchSize="2")
    messages = {send(host, {"seconds": 0.05}) for _ in range(12)}
    until(lambda: len(host.recorded("on_message_done")) == 12 and is_empty(host), "all are done")
    assert {entry["id"] for entry in host.recorded("on_message")} == messages
    assert len(host.recorded("on_message")) == 12


def test_message_in_flight_when_the_host_is_killed_is_processed_again(start: Start, tmp_path: Path) -> None:
    host = start("--lease", "1")
    gate = tmp_path / "gate"
    message = send(host, {"gate": str(gate)})
    until(lambda: attempts(host, message), "the first attempt")
    host.server.kill()
    gate.touch()
    host.server.start()
    until(lambda: attempts(host, message, "on_message_done") and is_empty(host), "the second attempt")
    assert [t["dequeue_count"] for t in attempts(host, message)] == [1, 2]


def test_sigterm_lets_a_running_function_end(start: Start, tmp_path: Path) -> None:
    host, gate = start(), tmp_path / "gate"
    message = send(host, {"gate": str(gate)})
    until(lambda: attempts(host, message), "the function runs")
    host.server.terminate()
    gate.touch()
    assert host.server.stop() == 0
    assert attempts(host, message, "on_message_done")
    assert is_empty(host)


def test_queue_is_polled_as_soon_as_any_function_has_ended(tmp_path: Path) -> None:
    def nothing(message: func.QueueMessage) -> None: ...

    async def idle() -> None:
        function = Function("f", nothing, {"type": "queueTrigger", "name": "message", "queueName": "q"}, None, False)
        invoker = Invoker(tmp_path, timeout=None)
        async with (
            DefaultAzureCredential() as credential,
            QueueServiceClient("https://127.0.0.1:9/account", credential=credential) as service,
        ):
            listener = QueueListener(function, service, invoker, QueueOptions(max_polling_interval=3600), lease=30)
            listener.pause = 3600
            idling = asyncio.create_task(listener.idle())
            await invoker.invoke(function, payloads.queue_message("{}"))
            await asyncio.wait_for(idling, PATIENCE)
            assert listener.pause < 1
        invoker.close()

    asyncio.run(idle())
