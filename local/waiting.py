"""Waiting in servers: for signals, for events, and for work to end."""

import asyncio
import signal
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any


def stop_on_signals() -> asyncio.Event:
    """An event that is set by SIGTERM and SIGINT."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


async def pause(until: asyncio.Event, seconds: float) -> None:
    """Sleep until the time is up or the event is set, whichever comes first."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await until.wait()


async def run_until(stopping: asyncio.Event, work: Iterable[Coroutine[Any, Any, None]], grace: float) -> None:
    """Run coroutines that end when ``stopping`` is set, and cancel those that go on ``grace`` seconds later.

    Raises:
        Exception: the first one that a coroutine raised. ``stopping`` is set then, so that the others end.
    """
    tasks = [asyncio.create_task(coroutine) for coroutine in work]
    for task in tasks:
        task.add_done_callback(lambda done: stopping.set() if _has_failed(done) else None)
    await stopping.wait()
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=grace)
        for task in late:
            task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


def _has_failed(task: asyncio.Task[None]) -> bool:
    return not task.cancelled() and task.exception() is not None
