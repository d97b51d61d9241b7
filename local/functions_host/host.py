"""Builds the host from its parts, and runs it until SIGTERM or SIGINT."""

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from aiohttp import web
from azure.core.exceptions import AzureError, ResourceExistsError
from azure.identity.aio import DefaultAzureCredential
from azure.storage.blob.aio import BlobClient

from local.files import write_atomically
from local.functions_host import application
from local.functions_host.admin import Admin
from local.functions_host.application import Function
from local.functions_host.config import HostConfig
from local.functions_host.errors import AppError
from local.functions_host.front_end import FrontEnd
from local.functions_host.invoker import Invoker
from local.functions_host.keys import Keys
from local.functions_host.queues import QueueListener
from local.functions_host.storage import Storage
from local.functions_host.timers import CONTAINER, Schedule, TimerListener
from local.waiting import run_until, stop_on_signals

_STORAGE: Final = "AzureWebJobsStorage"
_log = logging.getLogger("host")


@dataclass(frozen=True)
class Options:
    """Options of a host.

    Attributes:
        app: folder with function_app.py and host.json.
        state: folder of keys.json and ready.json.
        port: port on 127.0.0.1; 0 for a free one.
        lease: seconds until a queue message is visible again after the host died.
        grace: seconds that functions have to end when the host stops.
    """

    app: Path
    state: Path
    port: int = 0
    lease: float = 30.0
    grace: float = 10.0


class Host:
    """A host that serves one app.

    Raises:
        AppError: the app cannot be served.
        SettingsError: an app setting is missing.
    """

    def __init__(self, options: Options, environ: Mapping[str, str] = os.environ) -> None:
        self._options = options
        self._environ = environ
        self._config = HostConfig.load(options.app, environ)
        self._functions = application.load(options.app, environ)
        self._keys = Keys.at(options.state)
        self._invoker = Invoker(options.app, self._config.timeout, environ)
        self._admin = Admin(self._functions, self._id, self._keys, self._invoker)
        self._front_end = FrontEnd(self._functions, self._config.route_prefix, self._keys, self._invoker, self._admin)
        self._ready = options.state / "ready.json"

    async def serve(self) -> bool:
        """Run until SIGTERM or SIGINT.

        Returns:
            Whether all functions have ended; a thread that still runs cannot be stopped.

        Raises:
            AppError: the storage cannot be used, or a schedule is wrong.
            SettingsError: an app setting is missing.
        """
        stopping = stop_on_signals()
        self._ready.unlink(missing_ok=True)
        async with AsyncExitStack() as stack:
            credential = await stack.enter_async_context(DefaultAzureCredential())
            storage = Storage(self._environ, credential)
            stack.push_async_callback(storage.close)
            listeners = await self._listeners(storage)
            port = await self._listen(stack)
            self._announce(port)
            stack.callback(self._ready.unlink, missing_ok=True)
            work = [part.run(stopping) for part in (*listeners, self._admin)]
            await run_until(stopping, work, self._options.grace)
        self._invoker.close()
        return self._invoker.in_threads == 0

    @property
    def _id(self) -> str:
        setting = self._environ.get("AzureFunctionsWebHost__hostid")
        return setting or f"local-{hashlib.sha256(str(self._options.app).encode()).hexdigest()[:12]}"

    async def _listeners(self, storage: Storage) -> list[QueueListener | TimerListener]:
        listeners: list[QueueListener | TimerListener] = []
        for function in self._functions:
            if function.kind == "queueTrigger":
                listeners.append(self._queue_listener(function, storage))
            elif function.kind == "timerTrigger":
                listeners.append(await self._timer_listener(function, storage))
        return listeners

    def _queue_listener(self, function: Function, storage: Storage) -> QueueListener:
        connection = str(function.trigger.get("connection") or _STORAGE)
        service = storage.queues(connection, f"function '{function.name}' listens to one of its queues")
        return QueueListener(function, service, self._invoker, self._config.queues, self._options.lease)

    async def _timer_listener(self, function: Function, storage: Storage) -> TimerListener:
        schedule = Schedule(str(function.trigger["schedule"]), function.name)
        is_monitored = function.trigger.get("useMonitor", True) and not schedule.is_frequent(datetime.now(UTC))
        status = await self._status_blob(function, storage) if is_monitored else None
        return TimerListener(function, schedule, status, self._invoker)

    async def _status_blob(self, function: Function, storage: Storage) -> BlobClient:
        service = storage.blobs(_STORAGE, f"it keeps the schedule of function '{function.name}'")
        try:
            await service.create_container(CONTAINER)
        except ResourceExistsError:
            pass
        except AzureError as error:
            problem = f"The storage at {service.url} cannot be used: {str(error).splitlines()[0]}"
            raise AppError(problem, f"Check {_STORAGE}__blobServiceUri and the identity.") from error
        return service.get_blob_client(CONTAINER, f"timers/{self._id}/Host.Functions.{function.name}/status")

    async def _listen(self, stack: AsyncExitStack) -> int:
        runner = web.AppRunner(self._front_end.application(), access_log=None, shutdown_timeout=self._options.grace)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", self._options.port)
        await site.start()
        port: int = runner.addresses[0][1]
        return port

    def _announce(self, port: int) -> None:
        url = f"http://127.0.0.1:{port}"
        document = {"url": url, "keys": asdict(self._keys), "pid": os.getpid()}
        write_atomically(self._ready, json.dumps(document))
        names = ", ".join(f"{function.name} ({function.kind})" for function in self._functions)
        _log.info("Listening at %s with %d functions: %s", url, len(self._functions), names)
