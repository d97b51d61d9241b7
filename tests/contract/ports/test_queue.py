import json

from azure.storage.queue import TextBase64DecodePolicy

from shared.core.resources import ADVANCE_QUEUE
from shared.ports import Ports
from tests.contract.laptop import Laptop
from tests.doubles import memory_ports


def received(laptop: Laptop) -> list[tuple[str, str]]:
    """All messages of the queue, other tests' too, decoded from base64 as the Functions host does; this empties it."""
    with laptop.queues() as service:
        queue = service.get_queue_client(ADVANCE_QUEUE, message_decode_policy=TextBase64DecodePolicy())
        bodies = [json.loads(message.content) for message in queue.receive_messages(max_messages=32)]
        queue.clear_messages()
    return [(body["project"], body["run_id"]) for body in bodies]


class TestAdvanceQueue:
    def test_the_host_can_decode_a_message(self, azurite: Ports, identified: Laptop) -> None:
        received(identified)
        azurite.queue.send("acme", "acme-0123456789")
        azurite.queue.send("acme", "acme-0123456789")
        assert received(identified) == [("acme", "acme-0123456789")] * 2

    def test_the_double_keeps_what_was_sent(self) -> None:
        ports = memory_ports()
        ports.queue.send("acme", "acme-0123456789")
        assert ports.queue.take() == ("acme", "acme-0123456789")
        assert ports.queue.take() is None
