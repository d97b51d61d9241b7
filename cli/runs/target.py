"""Which app a command talks to: the local stack, or an app on Azure."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cli import paths
from shared.core.errors import TunedropError

if TYPE_CHECKING:
    from cli.runs.client import Api
    from shared.ports import Ports


@dataclass(frozen=True)
class Target:
    """An app: its API, and the gateways to its storage account and workspace."""

    url: str
    key: str

    @classmethod
    def find(cls) -> Self:
        """The app at ``TUNEDROP_URL`` (key: ``TUNEDROP_KEY``), else the local stack.

        Raises:
            TunedropError: there is neither, or ``TUNEDROP_URL`` is not an address.
        """
        url = os.environ.get("TUNEDROP_URL", "")
        if not url:
            return cls.local(paths.STACK)
        if not url.startswith(("https://", "http://")):
            raise TunedropError(
                f"TUNEDROP_URL must begin with https://; it was '{url}'.", "Set it to the app's address."
            )
        return cls(url.rstrip("/"), os.environ.get("TUNEDROP_KEY", ""))

    @classmethod
    def local(cls, state: Path) -> Self:
        """The local stack; from here on this process has the stack's identity and settings.

        Args:
            state: the stack's folder.

        Raises:
            TunedropError: it is not running.
        """
        if not paths.IS_CHECKOUT:
            raise TunedropError(
                "TUNEDROP_URL is not set.", "Set it to the address of an app, and TUNEDROP_KEY to its function key."
            )
        from local.stack import running

        stack = running(state)
        if stack is None:
            raise TunedropError(
                "The local stack is not running.",
                "Start it in another terminal with `make up`, or set TUNEDROP_URL and TUNEDROP_KEY to use another app.",
            )
        os.environ.update(stack["environment"])
        return cls(stack["url"], stack["key"])

    @property
    def api(self) -> "Api":
        """Its HTTP API."""
        from cli.runs.client import Api

        return Api(self.url, self.key)

    def ports(self) -> "Ports":
        """The app's own gateways, in this process.

        Raises:
            SettingsError: an app setting is missing from the environment.
        """
        from shared.wiring import ports

        return ports()
