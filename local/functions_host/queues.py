"""Queue triggers.

A message is hidden while its function runs, by a lease that is renewed. It is deleted when the function succeeded,
and visible again when it failed. After ``maxDequeueCount`` attempts it goes to the queue ``{queue}-poison``. If the
host dies, the lease expires and the message is visible again.
"""

import asyncio
import base64
import logging
from contextlib import suppress
from typing import Final

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueServiceClient

from local.functions_host import payloads
from local.functions_host.application import Function
from local.functions_host.config import QueueOptions
from local.functions_host.errors import InvocationError
from local.functions_host.invoker import Invoker
from local.waiting import pause

_SHORTEST_PAUSE: Final = 0.1
_log = logging.getLogger("host.queues")


class QueueListener:
    """Calls a function for each message of its queue.

    Args:
        lease: seconds until a message is visible again after the host died; renewed while its function runs.

    Attributes:
        pause: seconds until an empty queue is polled again.
    """

    def __init__(
        self, function: Function, service: QueueServiceClient, invoker: Invoker, options: QueueOptions, lease: float
    ) -> None:
        self._function = function
        self._name = str(function.trigger["queueName"])
        self._queue = service.get_queue_client(self._name)
        self._poison = service.get_queue_client(f"{self._name}-poison")
        self._invoker = invoker
        self._options = options
        self._lease = max(1, round(lease))
        self._in_flight: set[asyncio.Task[None]] = set()
        self.pause = _SHORTEST_PAUSE
        self._wakeup = asyncio.Event()
        invoker.after_each.append(self._wakeup.set)  # A function that has just run has often queued a message.

    async def run(self, stopping: asyncio.Event) -> None:
        """Listen until ``stopping`` is set and the messages in flight are processed."""
        waking = asyncio.create_task(self._wake_up_on(stopping))
        while not stopping.is_set():
            self._wakeup.clear()
            received = await self._receive()
            for message in received:
                self._start(message)
            if received:
                await self._wait_for_room(stopping)
            else:
                await self.idle()
        await asyncio.gather(waking, *self._in_flight)

    async def _wake_up_on(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        self._wakeup.set()

    async def idle(self) -> None:
        """Wait until the queue is polled again: longer each time, but only until any function has ended."""
        await pause(self._wakeup, self.pause)
        longer = min(2 * self.pause, self._options.max_polling_interval)
        self.pause = _SHORTEST_PAUSE if self._wakeup.is_set() else longer

    async def _receive(self) -> list[QueueMessage]:
        count = self._options.batch_size
        try:
            pages = self._queue.receive_messages(
                messages_per_page=count, max_messages=count, visibility_timeout=self._lease
            )
            return [message async for message in pages]
        except ResourceNotFoundError:
            return []
        except AzureError as error:
            _log.warning("Queue %s cannot be read: %s", self._name, str(error).partition("\n")[0])
            return []

    def _start(self, message: QueueMessage) -> None:
        task = asyncio.create_task(self._process(message))
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)

    async def _wait_for_room(self, stopping: asyncio.Event) -> None:
        stopped = asyncio.create_task(stopping.wait())
        while len(self._in_flight) > self._options.new_batch_threshold and not stopping.is_set():
            await asyncio.wait([*self._in_flight, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()

    async def _process(self, message: QueueMessage) -> None:
        try:
            await self._settle(message, await self._attempt(message))
        except AzureError as error:
            _log.warning("Message %s will be visible again: %s", message.id, type(error).__name__)
        except Exception:  # One message must not stop the others.
            _log.exception("Message %s will be visible again", message.id)

    async def _attempt(self, message: QueueMessage) -> bool:
        body = self._body(message)
        if body is None or (message.dequeue_count or 0) > self._options.max_dequeue_count:
            await self._move_to_poison_queue(message)
            return True
        done = asyncio.Event()
        renewing = asyncio.create_task(self._renew(message, done))
        metadata = payloads.queue_metadata(self._name, message)
        try:
            await self._invoker.invoke(self._function, payloads.queue_message(body), metadata)
        except InvocationError:
            return False
        finally:
            done.set()  # Do not cancel the task: a renewal that has reached the storage has changed the receipt.
            await renewing
        return True

    async def _settle(self, message: QueueMessage, succeeded: bool) -> None:
        last = (message.dequeue_count or 0) >= self._options.max_dequeue_count
        if not succeeded and not last:
            hidden = round(self._options.visibility_timeout)
            await self._queue.update_message(message.id, message.pop_receipt, visibility_timeout=hidden)
            return
        if not succeeded:
            await self._move_to_poison_queue(message)
        await self._queue.delete_message(message.id, message.pop_receipt)

    async def _renew(self, message: QueueMessage, done: asyncio.Event) -> None:
        while True:
            await pause(done, self._lease / 2)
            if done.is_set():
                return
            try:
                renewed = await self._queue.update_message(
                    message.id, message.pop_receipt, visibility_timeout=self._lease
                )
            except AzureError as error:
                _log.warning("The lease of message %s was not renewed: %s", message.id, type(error).__name__)
            else:
                message.pop_receipt = renewed.pop_receipt

    async def _move_to_poison_queue(self, message: QueueMessage) -> None:
        with suppress(ResourceExistsError):
            await self._poison.create_queue()
        await self._poison.send_message(message.content)
        _log.error("Message %s was moved to %s-poison after %s attempts", message.id, self._name, message.dequeue_count)

    def _body(self, message: QueueMessage) -> str | None:
        if not self._options.base64:
            return str(message.content)
        try:
            return base64.b64decode(message.content, validate=True).decode()
        except ValueError:
            return None
