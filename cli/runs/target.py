"""Which Tunedrop a command talks to: a stack on this machine, or an app on Azure."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cli import paths
from cli.runs.client import Api
from local.stack import running
from shared.core.errors import TunedropError
from shared.ports import Ports


@dataclass(frozen=True)
class Target:
    """An app: its API, and the gateways to what lies behind it."""

    url: str
    key: str

    @classmethod
    def find(cls) -> Self:
        """The app of ``TUNEDROP_URL`` (key: ``TUNEDROP_KEY``), else the stack that is up on this machine.

        Raises:
            TunedropError: there is neither.
        """
        if url := os.environ.get("TUNEDROP_URL"):
            return cls(url.rstrip("/"), os.environ.get("TUNEDROP_KEY", ""))
        return cls.local(paths.STACK)

    @classmethod
    def local(cls, state: Path) -> Self:
        """The stack whose files lie in ``state``; from here on this process has its identity and settings."""
        found = running(state)
        if found is None:
            raise TunedropError("No stack is up on this machine.", "Start one in another terminal: make up.")
        os.environ.update(found["environment"])
        return cls(found["url"], found["key"])

    @property
    def api(self) -> Api:
        """Its HTTP API."""
        return Api(self.url, self.key)

    def ports(self) -> Ports:
        """The app's own gateways, in this process."""
        from shared.wiring import ports

        return ports()
