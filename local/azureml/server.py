"""The server: the API on one port, the identity endpoint on another, and one state folder."""

import contextlib
import json
import os
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from local import identity
from local.azureml.core.config import Config
from local.azureml.core.http import Router
from local.azureml.routes import routes
from local.azureml.services import Services
from local.files import write_atomically
from local.tls import Certificates


@dataclass(frozen=True)
class Ready:
    """Where a running stand-in can be reached: what ``ready.json`` in its state folder contains."""

    url: str
    identity_endpoint: str
    ca: str
    subscription_id: str
    resource_group: str
    workspace: str
    pid: int

    @property
    def exports(self) -> dict[str, str]:
        """The environment that points a script that uses azure-ai-ml at it."""
        return {
            "ARM_CLOUD_METADATA_URL": f"{self.url}/metadata/endpoints?api-version=2019-05-01",
            "REGISTRY_DISCOVERY_ENDPOINT_URL": f"{self.url}/",
            "REQUESTS_CA_BUNDLE": self.ca,
            "SSL_CERT_FILE": self.ca,
            "IDENTITY_ENDPOINT": self.identity_endpoint,
            "IDENTITY_HEADER": identity.HEADER,
        }


@contextlib.asynccontextmanager
async def running(config: Config) -> AsyncIterator[Ready]:
    """A stand-in that runs while the context lasts."""
    config.state.mkdir(parents=True, exist_ok=True)
    (config.state / "ready.json").unlink(missing_ok=True)
    api, tokens = _sockets(config)
    services = Services.build(config, f"https://127.0.0.1:{_port(api)}")
    context = Certificates.at(config.certs).server_context()
    runners = [await _serve(_application(services), api, context), await _serve(_identity(), tokens)]
    await services.start()
    ready = _ready(config, api, tokens)
    write_atomically(config.state / "ready.json", json.dumps(ready.__dict__, indent=1))
    try:
        yield ready
    finally:
        (config.state / "ready.json").unlink(missing_ok=True)
        await services.stop()
        for runner in runners:
            await runner.cleanup()


def _application(services: Services) -> web.Application:
    return Router(services.addresses, services.faults, services.throttle, services.log).application(routes(services))


def _identity() -> web.Application:
    application = web.Application()
    application.add_routes(identity.routes())
    return application


async def _serve(
    application: web.Application, listener: socket.socket, context: ssl.SSLContext | None = None
) -> web.AppRunner:
    """Serve over TLS if there is a ``context``."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.SockSite(runner, listener, ssl_context=context).start()
    return runner


def _sockets(config: Config) -> tuple[socket.socket, socket.socket]:
    """Listeners on the ports of the configuration, or on those of the last start, because clients remember URLs."""
    path = config.state / "ports.json"
    before = json.loads(path.read_text()) if path.exists() else {"api": 0, "identity": 0}
    listeners = (_listen(config.port, before["api"]), _listen(config.identity_port, before["identity"]))
    write_atomically(path, json.dumps({"api": _port(listeners[0]), "identity": _port(listeners[1])}))
    return listeners


def _listen(port: int, before: int) -> socket.socket:
    if not port and before:
        with contextlib.suppress(OSError):
            return socket.create_server(("127.0.0.1", before))
    return socket.create_server(("127.0.0.1", port))


def _port(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def _ready(config: Config, api: socket.socket, tokens: socket.socket) -> Ready:
    return Ready(
        url=f"https://127.0.0.1:{_port(api)}",
        identity_endpoint=f"http://127.0.0.1:{_port(tokens)}{identity.ROUTE}",
        ca=str(Path(Certificates.at(config.certs).ca)),
        subscription_id=config.subscription_id,
        resource_group=config.resource_group,
        workspace=config.workspace,
        pid=os.getpid(),
    )
