"""Model servers: one child process per deployment, started again when it dies or when we do."""

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
_LOOK_SECONDS: Final = 0.1
_RESTARTS: Final = 3


@dataclass
class _Server:
    """What is known of one deployment's process."""

    task: asyncio.Task[None]
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    failure: str = ""


class Servers:
    """All deployments' processes.

    Args:
        command: serves a model, as ``COMMAND --model DIR --port-file FILE``.
        folder: of their logs and port files.
    """

    def __init__(self, command: tuple[str, ...], folder: Path) -> None:
        self._command = command
        self._folder = folder
        self._servers: dict[str, _Server] = {}
        self._client: aiohttp.ClientSession | None = None

    @property
    def client(self) -> aiohttp.ClientSession:
        """For requests to the servers, made on first use."""
        if self._client is None:
            self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self._client

    async def start(self, name: str, model: Path) -> None:
        """Serve ``model`` as deployment ``name``, instead of what it served; return at once."""
        await self.end(name)
        self._servers[name] = _Server(asyncio.create_task(self._keep(name, model)))

    async def ready(self, name: str, seconds: float = START_SECONDS) -> str:
        """URL of a deployment's server, once it is alive.

        Raises:
            ApiError: it is not, and won't be within ``seconds``.
        """
        server = self._servers.get(name)
        if server is None:
            raise crashed("There is no server.")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(server.ready.wait(), seconds)
        if not server.url:
            raise crashed(server.failure or f"The liveness probe did not succeed within {seconds:.0f} s.")
        return server.url

    async def end(self, name: str) -> None:
        """End a deployment's process, if it has one."""
        server = self._servers.pop(name, None)
        if server is not None:
            server.task.cancel()
            await asyncio.gather(server.task, return_exceptions=True)

    async def stop(self) -> None:
        """End all of them."""
        await asyncio.gather(*(self.end(name) for name in list(self._servers)))
        if self._client is not None:
            await self._client.close()

    def forget(self, name: str) -> None:
        """Remove the log of a deployment that is gone."""
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def log(self, name: str, lines: int) -> str:
        """The end of a deployment's log."""
        path = self._folder / name / "server.log"
        text = path.read_text(errors="replace") if path.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    async def _keep(self, name: str, model: Path) -> None:
        """Run the server; run it again when it ends, but not for ever."""
        for _ in range(_RESTARTS):
            server = self._servers[name]
            process = await self._launch(name, model)
            try:
                await self._until_alive(server, process, self._port_file(name))
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

    async def _until_alive(self, server: _Server, process: AsyncSupervisedProcess, port_file: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while process.alive and time.monotonic() < deadline:
            text = port_file.read_text().strip() if port_file.exists() else ""
            if text.isdigit() and await self._alive(f"http://127.0.0.1:{text}"):
                server.url = f"http://127.0.0.1:{text}"
                server.ready.set()
                return
            await asyncio.sleep(_LOOK_SECONDS)

    async def _alive(self, url: str) -> bool:
        try:
            async with self.client.get(url + "/", timeout=aiohttp.ClientTimeout(total=5)) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    def _port_file(self, name: str) -> Path:
        return self._folder / name / "port"


def crashed(why: str) -> ApiError:
    """A deployment that does not become healthy."""
    return ApiError(
        400,
        "ResourceNotReady",
        f"User container has crashed or terminated: {why} Please see the deployment's logs (getLogs).",
    )
