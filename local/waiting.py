"""Work that goes on until a server stops."""

import asyncio
import signal
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


async def pause(until: asyncio.Event, seconds: float) -> None:
    """Sleep, but no longer than until an event is set."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await until.wait()


async def run_until(stopping: asyncio.Event, work: Iterable[Coroutine[Any, Any, None]], grace: float) -> None:
    """Run ``work``, which watches ``stopping``; what has not ended ``grace`` seconds after it is cancelled.

    Raises:
        Exception: the first one that some work raised; the others are told to stop.
    """
    tasks = [asyncio.create_task(each) for each in work]
    for task in tasks:
        task.add_done_callback(lambda done: stopping.set() if _broke(done) else None)
    await stopping.wait()
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=grace)
        for task in late:
            task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


def _broke(task: asyncio.Task[None]) -> bool:
    return not task.cancelled() and task.exception() is not None
