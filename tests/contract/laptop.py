"""The environment of the laptop's servers in tests: Azurite, an identity endpoint, child processes, and waiting."""

import asyncio
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit

from aiohttp import web
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from local import identity
from local.azurite import Azurite
from local.azurite.provision import LaptopCredential
from local.tls import Certificates

ROOT: Final = Path(__file__).parents[2]
PATIENCE: Final = 30.0
T = TypeVar("T")


def until(condition: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
    """Wait until a condition is true; return its value.

    Raises:
        AssertionError: it is still false after ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
    return value


def journal(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a file of JSON lines."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]


class IdentityServer:
    """The identity endpoint, in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner: web.AppRunner

    def __enter__(self) -> str:
        self._thread.start()
        return asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(PATIENCE)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    async def _start(self) -> str:
        application = web.Application()
        application.add_routes(identity.routes())
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}{identity.ROUTE}"


@dataclass(frozen=True)
class Laptop:
    """Azurite and an identity, and clients for the test itself."""

    storage: Azurite
    certificates: Certificates
    identity_endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        """Environment of a child process: identity, certificates, and its storage."""
        return {
            **os.environ,
            "IDENTITY_ENDPOINT": self.identity_endpoint,
            "IDENTITY_HEADER": identity.HEADER,
            "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
            "REQUESTS_CA_BUNDLE": str(self.certificates.ca),
            "SSL_CERT_FILE": str(self.certificates.ca),
            "NO_PROXY": "127.0.0.1",
            "AzureWebJobsStorage__blobServiceUri": self.storage.blob_uri,
            "AzureWebJobsStorage__queueServiceUri": self.storage.queue_uri,
        }

    def blobs(self) -> BlobServiceClient:
        """A client; close it."""
        return BlobServiceClient(self.storage.blob_uri, **self.client_options)

    def queues(self) -> QueueServiceClient:
        """A client; close it."""
        return QueueServiceClient(self.storage.queue_uri, **self.client_options)

    @property
    def client_options(self) -> dict[str, Any]:
        """Keyword arguments of a client of the storage."""
        return {"credential": LaptopCredential(), "connection_verify": str(self.certificates.ca)}


@dataclass(frozen=True)
class Response:
    """A server's response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Server:
    """A child process that writes ``ready.json``: ``with Server("local.functions_host", state, ...)``."""

    def __init__(self, module: str, state: Path, arguments: list[str], environment: Mapping[str, str]) -> None:
        self.state = state
        self.log = state / "log.txt"
        self.ready: dict[str, Any] = {}
        self._module = module
        self._arguments = arguments
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *more: str) -> Self:
        """Start it and wait until it listens."""
        self.state.mkdir(parents=True, exist_ok=True)
        ready = self.state / "ready.json"
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", self._module, "--state", str(self.state), *self._arguments, *more]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        until(lambda: ready.exists() or not self.alive, f"{self._module} starts")
        assert self.alive, self.log.read_text()
        self.ready = json.loads(ready.read_text())
        return self

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def port(self) -> str:
        return str(self.ready["url"]).rpartition(":")[2]

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE)

    def terminate(self) -> None:
        """SIGTERM."""
        assert self._process is not None
        self._process.terminate()

    def stop(self) -> int:
        """SIGTERM; the exit status, once it has ended."""
        assert self._process is not None
        self.terminate()
        return self._process.wait(PATIENCE)

    def call(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Response:
        """One request; ``body`` is sent as JSON unless it is bytes."""
        connection = http.client.HTTPConnection(str(urlsplit(self.ready["url"]).netloc), timeout=PATIENCE)
        try:
            content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
            connection.request(method, path, content, dict(headers or {}))
            response = connection.getresponse()
            return Response(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.alive:
            self.stop()
