"""Azurite, Microsoft's storage emulator, as a child process that uses TLS and Entra tokens instead of keys.

May import ``local``'s own modules and ``shared.core``. Start here; ``provision.py`` creates what the app stores in.
"""

import os
import re
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from local.processes import ProcessError, SupervisedProcess
from local.tls import Certificates

ACCOUNT: Final = "devstoreaccount1"
_PROGRAM: Final = Path(__file__).parent / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
_SERVICES: Final = ("blob", "queue", "table")
_LISTENING: Final = re.compile(r"Azurite (\w+) service is successfully listening at https://127\.0\.0\.1:(\d+)")
_START_SECONDS: Final = 60.0


class Azurite:
    """One Azurite: ``with Azurite(folder, certificates) as storage: storage.blob_uri``.

    The first start takes free ports. When it is stopped and started again, it keeps them and its data.

    Args:
        folder: folder of its data and its log (``azurite.log``).
        certificates: certificates of its TLS server.
        in_memory: whether it keeps its data in memory only, which is faster.
    """

    def __init__(self, folder: Path, certificates: Certificates, in_memory: bool = False) -> None:
        self._folder = folder
        self._certificates = certificates
        self._in_memory = in_memory
        self._ports = dict.fromkeys(_SERVICES, 0)
        self._process = SupervisedProcess("Azurite", folder / "azurite.log")

    @property
    def blob_uri(self) -> str:
        """URL of the account's blob service."""
        return self._uri("blob")

    @property
    def queue_uri(self) -> str:
        """URL of the account's queue service."""
        return self._uri("queue")

    @property
    def table_uri(self) -> str:
        """URL of the account's table service."""
        return self._uri("table")

    @property
    def pid(self) -> int | None:
        """Id of its process group while it runs."""
        return self._process.pid

    def start(self) -> None:
        """Start, and wait until all three services listen.

        Raises:
            ProcessError: it is not installed, or did not start.
        """
        if not _PROGRAM.exists():
            raise ProcessError("Azurite is not installed.", "Run 'make setup'.")
        self._process.log.unlink(missing_ok=True)
        self._process.start(self._command(), os.environ)
        try:
            self._process.wait_for(lambda: len(self._announced()) == len(_SERVICES), _START_SECONDS)
        except BaseException:
            self.stop()
            raise
        self._ports = self._announced()

    def stop(self) -> None:
        """Stop it, whatever its state; it has some seconds to write its data."""
        self._process.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _uri(self, service: str) -> str:
        return f"https://127.0.0.1:{self._ports[service]}/{ACCOUNT}"

    def _command(self) -> list[str]:
        command = ["node", str(_PROGRAM)]
        for service, port in self._ports.items():
            # Clients see a reset if we close an idle connection first: keep it longer than they do.
            command += [f"--{service}Host", "127.0.0.1", f"--{service}Port", str(port)]
            command += [f"--{service}KeepAliveTimeout", "600"]
        command += ["--oauth", "basic", "--cert", str(self._certificates.cert), "--key", str(self._certificates.key)]
        command += ["--silent", "--disableTelemetry", "--skipApiVersionCheck"]
        return command + (["--inMemoryPersistence"] if self._in_memory else ["--location", str(self._folder)])

    def _announced(self) -> dict[str, int]:
        """The ports of the services that listen, read from its log."""
        return {name.lower(): int(port) for name, port in _LISTENING.findall(self._process.log.read_text())}
