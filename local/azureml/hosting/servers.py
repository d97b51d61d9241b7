"""Model servers: one child process for each deployment, started again when it dies or when we restart."""

import asyncio
import contextlib
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from local.azureml.core.errors import ApiError
from local.processes import AsyncSupervisedProcess

START_SECONDS: Final = 180.0
_POLL_SECONDS: Final = 0.05
_RESTARTS: Final = 3


@dataclass
class _Server:
    """The state of one deployment's process.

    Args:
        task: keeps the process running.
        ready: set when the process is healthy, or has failed for good.
        url: where it listens; empty while it is not healthy.
        failure: why it failed for good.
    """

    task: asyncio.Task[None]
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    failure: str = ""


class Servers:
    """The processes of all deployments.

    Args:
        command: serves a model, as ``COMMAND --model DIR --port-file FILE``.
        folder: folder of their logs and port files.
    """

    def __init__(self, command: tuple[str, ...], folder: Path) -> None:
        self._command = command
        self._folder = folder
        self._servers: dict[str, _Server] = {}
        self._client: aiohttp.ClientSession | None = None

    @property
    def client(self) -> aiohttp.ClientSession:
        """Client for requests to the servers, created on first use."""
        if self._client is None:
            self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self._client

    async def start(self, name: str, model: Path) -> None:
        """Begin to serve ``model`` as deployment ``name``, instead of what that served before."""
        await self.end(name)
        self._servers[name] = _Server(asyncio.create_task(self._keep(name, model)))

    async def ready(self, name: str, seconds: float = START_SECONDS) -> str:
        """Wait until a deployment's server is healthy; return its URL.

        Raises:
            ApiError: 400, it has failed, or is not healthy within ``seconds``.
        """
        server = self._servers.get(name)
        if server is None:
            raise crashed("No server was started.")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(server.ready.wait(), seconds)
        if not server.url:
            raise crashed(server.failure or f"The liveness probe did not succeed within {seconds:.0f} s.")
        return server.url

    async def end(self, name: str) -> None:
        """End the process of a deployment, if it has one."""
        server = self._servers.pop(name, None)
        if server is not None:
            server.task.cancel()
            await asyncio.gather(server.task, return_exceptions=True)

    async def stop(self) -> None:
        """End all processes."""
        await asyncio.gather(*(self.end(name) for name in list(self._servers)))
        if self._client is not None:
            await self._client.close()

    def forget(self, name: str) -> None:
        """Delete the log of a deployment that was deleted."""
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def log(self, name: str, lines: int) -> str:
        """The end of a deployment's log."""
        path = self._folder / name / "server.log"
        text = path.read_text(errors="replace") if path.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    async def _keep(self, name: str, model: Path) -> None:
        """Run the server, and run it again when it ends, a few times."""
        for _ in range(_RESTARTS):
            server = self._servers[name]
            process = await self._launch(name, model)
            try:
                await self._wait_until_healthy(server, process, self._port_file(name))
                await process.wait()
            finally:
                await process.stop()
            server.url = ""
            if not server.ready.is_set():
                break
            server.ready.clear()
        server.failure = "User container has crashed or terminated."
        server.ready.set()

    async def _launch(self, name: str, model: Path) -> AsyncSupervisedProcess:
        port_file = self._port_file(name)
        port_file.parent.mkdir(parents=True, exist_ok=True)
        port_file.unlink(missing_ok=True)
        command = [*self._command, "--model", str(model), "--port-file", str(port_file)]
        return await AsyncSupervisedProcess.start(command, port_file.with_name("server.log"))

    async def _wait_until_healthy(self, server: _Server, process: AsyncSupervisedProcess, port_file: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while process.alive and time.monotonic() < deadline:
            text = port_file.read_text().strip() if port_file.exists() else ""
            if text.isdigit() and await self._is_healthy(f"http://127.0.0.1:{text}"):
                server.url = f"http://127.0.0.1:{text}"
                server.ready.set()
                return
            await asyncio.sleep(_POLL_SECONDS)

    async def _is_healthy(self, url: str) -> bool:
        try:
            async with self.client.get(url + "/", timeout=aiohttp.ClientTimeout(total=5)) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    def _port_file(self, name: str) -> Path:
        return self._folder / name / "port"


def crashed(why: str) -> ApiError:
    """400: a deployment does not become healthy."""
    return ApiError(
        400,
        "ResourceNotReady",
        f"User container has crashed or terminated: {why} Please see the deployment's logs (getLogs).",
    )
