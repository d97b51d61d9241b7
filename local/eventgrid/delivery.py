"""Delivers pending events: at least once, in no particular order, with retries."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from local.eventgrid.events import kind
from local.eventgrid.grid import Grid
from local.eventgrid.journal import Journal
from local.eventgrid.retry import Outcome, RetryPolicy
from local.eventgrid.store import Pending
from local.eventgrid.webhook import NO_ANSWER, Webhook
from local.waiting import pause

_AT_ONCE: Final = 32
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
_log = logging.getLogger("eventgrid.delivery")


class Dispatcher:
    """Makes the deliveries of a grid.

    Args:
        webhooks: webhooks by the subscription's name.
        log: gets a line for each attempt.
        dead_letters: gets the events that are given up.
    """

    def __init__(
        self, grid: Grid, webhooks: Mapping[str, Webhook], policy: RetryPolicy, log: Journal, dead_letters: Journal
    ) -> None:
        self._grid = grid
        self._webhooks = webhooks
        self._policy = policy
        self._log = log
        self._dead_letters = dead_letters
        self._validated: set[str] = set()
        self._under_way: set[int] = set()

    async def validate(self, name: str, stopping: asyncio.Event) -> None:
        """Validate a subscription's endpoint by a handshake, unless it was validated before; then deliver to it."""
        endpoint = hashlib.sha256(self._grid.endpoint(name).encode()).hexdigest()
        checkpoint, wait = f"validated:{name}", _FIRST_PAUSE
        while self._grid.store.checkpoint(checkpoint) != endpoint and not stopping.is_set():
            if await self._webhooks[name].validate():
                self._grid.store.set_checkpoint(checkpoint, endpoint)
                break
            _log.warning("Subscription %s: its endpoint did not complete the validation handshake", name)
            await pause(stopping, wait)
            wait = min(2 * wait, _LONGEST_PAUSE)
        self._validated.add(name)
        self._grid.changed.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Deliver until ``stopping`` is set and the deliveries under way have ended."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._wake_on(stopping))
            while not stopping.is_set():
                self._grid.changed.clear()
                await self._wait(self._start_due(tasks))

    async def _wake_on(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        self._grid.changed.set()

    def _start_due(self, tasks: asyncio.TaskGroup) -> float | None:
        """Start the deliveries that are due; return when the next one is (Unix time), if any waits for its time."""
        for delivery in self._grid.store.pending(self._validated, 2 * _AT_ONCE):
            if delivery.number in self._under_way:
                continue
            if delivery.due > time.time():
                return delivery.due
            if len(self._under_way) >= _AT_ONCE:
                return None
            self._start(delivery, tasks)
        return None

    async def _wait(self, due: float | None) -> None:
        seconds = None if due is None else max(0.0, due - time.time())
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._grid.changed.wait()

    def _start(self, delivery: Pending, tasks: asyncio.TaskGroup) -> None:
        def done(_: asyncio.Task[None]) -> None:
            self._under_way.discard(delivery.number)
            self._grid.changed.set()

        self._under_way.add(delivery.number)
        tasks.create_task(self._deliver(delivery)).add_done_callback(done)

    async def _deliver(self, delivery: Pending) -> None:
        status = await self._webhooks[delivery.subscription].deliver(delivery.event, delivery.attempt)
        attempt, now = delivery.attempt + 1, time.time()
        outcome = self._policy.outcome(status, attempt, now - delivery.published)
        # Logged before it is finished: if we crash in between, the event is delivered again, and the log shows both.
        self._log.append(_log_line(delivery, attempt, status, outcome, now))
        if outcome is Outcome.RETRYING:
            self._grid.store.postpone(delivery, now + self._policy.delay(status, attempt))
            return
        if outcome is Outcome.DEAD_LETTERED:
            self._dead_letters.append(_dead_letter(delivery, attempt, status, now, self._policy.attempts))
        self._grid.store.finish(delivery)


def _log_line(delivery: Pending, attempt: int, status: int, outcome: Outcome, now: float) -> dict[str, Any]:
    event = delivery.event
    return {
        "t": round(now, 3),
        "id": event.get("id"),
        "subscription": delivery.subscription,
        "subject": event.get("subject"),
        "eventType": kind(event),
        "attempt": attempt,
        "status": status,
        "outcome": outcome,
    }


def _dead_letter(delivery: Pending, attempt: int, status: int, now: float, most: int) -> dict[str, Any]:
    return delivery.event | {
        "deadLetterReason": "MaxDeliveryAttemptsExceeded" if attempt >= most else "TimeToLiveExceeded",
        "deliveryAttempts": attempt,
        "lastDeliveryOutcome": "NoAnswer" if status == NO_ANSWER else HTTPStatus(status).phrase.replace(" ", ""),
        "publishTime": _iso(delivery.published),
        "lastDeliveryAttemptTime": _iso(now),
    }


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")
