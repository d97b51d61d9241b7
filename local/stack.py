"""The whole of Tunedrop on loopback: starts its parts in order, connects them, and stops them again.

certificates → Azurite → Azure ML stand-in (with the identity endpoint) → Functions host → Event Grid

Each part has a folder of its own in the state folder, and a log in ``logs/``.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from local.azurite import Azurite
from local.azurite.provision import provision
from local.files import write_atomically
from local.processes import ROOT, SupervisedProcess
from local.stack_settings import QUIET, AzureMl, app_settings, client_environment, subscriptions
from local.tls import Certificates

STACK_FILE: Final = "stack.json"
_START_SECONDS: Final = 90.0


@dataclass(frozen=True)
class Options:
    """Options of a stack.

    Args:
        state: folder of all its files.
        python_ml: Python of the training environment.
        base_model: folder of the model that is fine-tuned.
        azureml: further arguments of the Azure ML stand-in.
        settings: app settings that replace the laptop's usual ones.
        in_memory: whether Azurite keeps its data in memory only.
    """

    state: Path
    python_ml: Path
    base_model: Path
    azureml: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    in_memory: bool = False


@dataclass(frozen=True)
class Part:
    """A part that is up.

    Args:
        address: its URL.
        seconds: how long its start took.
    """

    name: str
    address: str
    seconds: float


class Stack:
    """``with Stack(options) as stack:`` runs while the context lasts; ``parts_up()`` starts it part by part."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.azureml: AzureMl
        self.functions: dict[str, Any] = {}
        self._certificates: Certificates
        self._azurite: Azurite | None = None
        self._processes = {name: self._process(name) for name in ("azureml", "functions", "eventgrid")}

    @property
    def storage(self) -> Azurite:
        """The storage account."""
        assert self._azurite is not None, "The stack is not up."
        return self._azurite

    @property
    def url(self) -> str:
        """URL of the Functions host."""
        return str(self.functions["url"])

    @property
    def key(self) -> str:
        """The app's function key."""
        return str(self.functions["keys"]["function"])

    @property
    def eventgrid_url(self) -> str:
        """URL of Event Grid's control API."""
        ready: dict[str, Any] = json.loads((self.folder("eventgrid") / "ready.json").read_text())
        return str(ready["url"])

    @property
    def environment(self) -> dict[str, str]:
        """Environment of a process that acts as Tunedrop on this stack: identity, certificates and app settings."""
        usual = {**client_environment(self.azureml), **app_settings(self.azureml, self.storage)}
        return {**usual, **self.options.settings}

    def folder(self, part: str) -> Path:
        """Folder of a part's files."""
        return self.options.state / part

    def parts_up(self) -> Iterator[Part]:
        """Start the parts one after the other; yield each when it is up.

        Raises:
            ProcessError: a part did not start; stop the stack then.
        """
        for name, start in (
            ("azurite", self._start_azurite),
            ("azureml", self._start_azureml),
            ("functions", self._start_functions),
            ("eventgrid", self._start_eventgrid),
        ):
            began = time.monotonic()
            address = start()
            yield Part(name, address, time.monotonic() - began)
        self._write_stack_file()

    def stop(self) -> None:
        """Stop all parts, the last one first. Safe to call at any time."""
        (self.options.state / STACK_FILE).unlink(missing_ok=True)
        for process in reversed(self._processes.values()):
            process.stop()
        if self._azurite is not None:
            self._azurite.stop()

    def kill(self, part: str) -> None:
        """End a part at once (SIGKILL), as a crash would."""
        self._processes[part].kill()

    def freeze(self, part: str) -> None:
        """Suspend a part (SIGSTOP)."""
        self._processes[part].signal(signal.SIGSTOP)

    def thaw(self, part: str) -> None:
        """Resume a suspended part (SIGCONT)."""
        self._processes[part].signal(signal.SIGCONT)

    def restart(self, part: str) -> None:
        """Start a part that was killed, at the address that it had.

        Raises:
            ProcessError: it did not start.
        """
        {"azureml": self._start_azureml, "functions": self._start_functions, "eventgrid": self._start_eventgrid}[part]()

    def check_alive(self) -> None:
        """Check that every part still runs.

        Raises:
            ProcessError: one has ended.
        """
        for process in self._processes.values():
            if not process.alive:
                raise process.error("has ended")

    def __enter__(self) -> Self:
        try:
            for _ in self.parts_up():
                pass
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start_azurite(self) -> str:
        self._certificates = Certificates.at(self.folder("certs"))
        self._azurite = Azurite(self.folder("azurite"), self._certificates, self.options.in_memory)
        self._azurite.start()
        provision(self._azurite, self._certificates.ca)
        return self._azurite.blob_uri

    def _start_azureml(self) -> str:
        arguments = ["--certs", str(self.folder("certs")), "--blob-uri", self.storage.blob_uri]
        arguments += ["--python-ml", str(self.options.python_ml), "--base-model-dir", str(self.options.base_model)]
        environment = {**QUIET, "REQUESTS_CA_BUNDLE": str(self._certificates.ca)}
        ready = self._start("azureml", "local.azureml", [*arguments, *self.options.azureml], environment)
        self.azureml = AzureMl.read(ready)
        return self.azureml.url

    def _start_functions(self) -> str:
        port = ["--port", self.url.rpartition(":")[2]] if self.functions else []
        self.functions = self._start(
            "functions", "local.functions_host", ["--app", str(ROOT), "--grace", "3", *port], self.environment
        )
        return self.url

    def _start_eventgrid(self) -> str:
        file = self.options.state / "subscriptions.json"
        file.write_text(json.dumps(subscriptions(self.url, self.functions["keys"]["eventgrid_extension"])))
        arguments = ["--blob-uri", self.storage.blob_uri, "--subscriptions", str(file)]
        arguments += ["--azureml-events", str(self.folder("azureml") / "events.jsonl")]
        self._start("eventgrid", "local.eventgrid", arguments, self.environment)
        return self.eventgrid_url

    def _start(self, part: str, module: str, arguments: list[str], environment: Mapping[str, str]) -> dict[str, Any]:
        folder = self.folder(part)
        folder.mkdir(parents=True, exist_ok=True)
        ready = folder / "ready.json"
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", module, "--state", str(folder), *arguments]
        process = self._processes[part]
        process.start(command, inherited() | dict(environment))
        return process.wait_until_ready(ready, _START_SECONDS)

    def _process(self, name: str) -> SupervisedProcess:
        return SupervisedProcess(name, self.options.state / "logs" / f"{name}.log")

    def _write_stack_file(self) -> None:
        document = {
            "pid": os.getpid(),
            "url": self.url,
            "key": self.key,
            "blob_uri": self.storage.blob_uri,
            "azureml": self.azureml.url,
            "eventgrid": self.eventgrid_url,
            "environment": self.environment,
        }
        write_atomically(self.options.state / STACK_FILE, json.dumps(document, indent=2))


def inherited() -> dict[str, str]:
    """Our environment without the cloud that azure-ai-ml adds to it, which other processes do not know."""
    return {name: value for name, value in os.environ.items() if name != "AZUREML_CURRENT_CLOUD"}


def running(state: Path) -> dict[str, Any] | None:
    """The stack file in ``state``, if that stack is up: its process id, URLs, key and environment."""
    path = state / STACK_FILE
    if not path.exists():
        return None
    stack: dict[str, Any] = json.loads(path.read_text())
    try:
        os.kill(stack["pid"], 0)
    except ProcessLookupError:
        return None
    return stack
