"""Calls the app's functions, as the Functions worker does, using only ``azure.functions``."""

import asyncio
import contextvars
import logging
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

import azure.functions as func
from azure.functions.meta import Datum

from local.functions_host.application import Function
from local.functions_host.context import Context
from local.functions_host.errors import InvocationError

_MOST_THREADS: Final = 32
_log = logging.getLogger("host.invoker")


class Invoker:
    """Runs functions: asynchronous ones on the event loop, the others in a pool of threads.

    Args:
        folder: folder of the app.
        timeout: seconds that an invocation may take; None for any time.

    Attributes:
        after_each: called after each invocation, however it ended.
        in_threads: number of threads that run a function.
    """

    def __init__(self, folder: Path, timeout: float | None, environ: Mapping[str, str] = os.environ) -> None:
        self._folder = folder
        self._timeout = timeout
        self._converters = func.get_binding_registry()
        self._threads = ThreadPoolExecutor(_thread_count(environ), thread_name_prefix="function")
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._counting = threading.Lock()
        self.after_each: list[Callable[[], None]] = []
        self.in_threads = 0

    async def invoke(
        self, function: Function, data: Datum, metadata: Mapping[str, Datum] | None = None, trace: str | None = None
    ) -> Datum | None:
        """Call a function once.

        Args:
            data: data of the trigger (see ``payloads``).
            trace: the caller's ``traceparent``, if it sent one.

        Returns:
            The function's result, encoded by its ``$return`` binding; None if it has no result.

        Raises:
            InvocationError: the function failed; the log has its error.
        """
        context = Context(function.name, self._folder, trace)
        _log.info("Executing %s (%s)", function.name, context.invocation_id)
        started = time.perf_counter()
        try:
            async with self._no_overlap(function), asyncio.timeout(self._timeout):
                result = await self._call(function, data, metadata or {}, context)
        except Exception as error:
            _log.exception("Failed %s (%s) after %d ms", function.name, context.invocation_id, _since(started))
            raise InvocationError(self._reason(function, error)) from error
        finally:
            for callback in self.after_each:
                callback()
        _log.info("Executed %s (%s) in %d ms", function.name, context.invocation_id, _since(started))
        return result

    def close(self) -> None:
        """Take no more calls, without waiting for threads that still run."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _call(
        self, function: Function, data: Datum, metadata: Mapping[str, Datum], context: Context
    ) -> Datum | None:
        decoded = self._converters.get(function.kind).decode(data, trigger_metadata=metadata)
        arguments = {function.trigger["name"]: decoded}
        if function.takes_context:
            arguments["context"] = context
        if function.is_async:
            return self._encoded(function, await function.call(**arguments))
        return self._encoded(function, await self._in_thread(function, arguments, context))

    async def _in_thread(self, function: Function, arguments: dict[str, Any], context: Context) -> Any:
        variables = contextvars.copy_context()

        def call() -> Any:
            context.thread_local_storage.invocation_id = context.invocation_id
            with self._counted():
                return variables.run(lambda: function.call(**arguments))

        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._counting:
            self.in_threads += 1
        try:
            yield
        finally:
            with self._counting:
                self.in_threads -= 1

    def _encoded(self, function: Function, value: Any) -> Datum | None:
        if value is None:
            return None
        if function.returns is None:
            raise TypeError(f"function '{function.name}' has no $return binding, but returned a {type(value).__name__}")
        return self._converters.get(function.returns).encode(value, expected_type=None)

    def _no_overlap(self, function: Function) -> AbstractAsyncContextManager[Any]:
        return self._locks[function.name] if function.kind == "timerTrigger" else nullcontext()

    def _reason(self, function: Function, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return f"Function '{function.name}' failed with a TimeoutError; functionTimeout is {self._timeout} s."
        return f"Function '{function.name}' failed: {type(error).__name__}."


def _thread_count(environ: Mapping[str, str]) -> int:
    setting = environ.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    return int(setting) if setting.isdigit() and int(setting) else min(_MOST_THREADS, (os.cpu_count() or 1) + 4)


def _since(started: float) -> int:
    return round(1000 * (time.perf_counter() - started))
