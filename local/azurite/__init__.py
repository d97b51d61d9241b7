"""Azurite, Microsoft's storage emulator, as a child process: TLS and Entra tokens, no keys."""

import contextlib
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from local.tls import Certificates

ACCOUNT: Final = "devstoreaccount1"
_HERE: Final = Path(__file__).parent
_PROGRAM: Final = _HERE / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
_SERVICES: Final = ("blob", "queue", "table")
_LISTENING: Final = re.compile(r"Azurite (\w+) service is successfully listening at https://127\.0\.0\.1:(\d+)")
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 10.0


class Azurite:
    """One Azurite: ``with Azurite(folder, certificates) as storage: storage.blob_uri``.

    The first start takes free ports; ``stop`` and ``start`` again keep them, and the data.

    Args:
        folder: where its data and its log (``azurite.log``) lie.
        certificates: of the TLS server.
        in_memory: keep no data, which is faster.
    """

    def __init__(self, folder: Path, certificates: Certificates, in_memory: bool = False) -> None:
        self._folder = folder
        self._certificates = certificates
        self._in_memory = in_memory
        self._ports = dict.fromkeys(_SERVICES, 0)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def blob_uri(self) -> str:
        """Address of the account's blob service."""
        return self._uri("blob")

    @property
    def queue_uri(self) -> str:
        """Address of the account's queue service."""
        return self._uri("queue")

    @property
    def table_uri(self) -> str:
        """Address of the account's table service."""
        return self._uri("table")

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start, and wait until all three services listen.

        Raises:
            RuntimeError: it is not installed, or did not come up.
        """
        if not _PROGRAM.exists():
            raise RuntimeError("Azurite is not installed. Run 'make setup'.")
        self._folder.mkdir(parents=True, exist_ok=True)
        log = self._folder / "azurite.log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                self._command(), stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True
            )
        try:
            self._ports = self._await_ports(log)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop it, whatever its state; it has some seconds to write its data."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

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
        command = ["node", "--require", str(_HERE / "watch_parent.cjs"), str(_PROGRAM)]
        for service, port in self._ports.items():
            # A connection closed while idle is what clients see as a reset: keep it for longer than they do.
            command += [f"--{service}Host", "127.0.0.1", f"--{service}Port", str(port)]
            command += [f"--{service}KeepAliveTimeout", "600"]
        command += ["--oauth", "basic", "--cert", str(self._certificates.cert), "--key", str(self._certificates.key)]
        command += ["--silent", "--disableTelemetry", "--skipApiVersionCheck"]
        return command + (["--inMemoryPersistence"] if self._in_memory else ["--location", str(self._folder)])

    def _await_ports(self, log: Path) -> dict[str, int]:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            ports = {name.lower(): int(port) for name, port in _LISTENING.findall(log.read_text())}
            if len(ports) == len(_SERVICES):
                return ports
            if self._process is None or self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"Azurite did not start: {log.read_text()[-1000:].strip() or 'it said nothing'}")
