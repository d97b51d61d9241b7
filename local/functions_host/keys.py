"""Access keys of the host: random per stack, and the same again after a restart."""

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from local.files import write_atomically


@dataclass(frozen=True)
class Keys:
    """``master`` opens everything, ``function`` HTTP functions, ``eventgrid_extension`` the webhook."""

    master: str
    function: str
    eventgrid_extension: str

    @classmethod
    def at(cls, folder: Path) -> "Keys":
        """The keys in ``folder``, made if there are none yet."""
        path = folder / "keys.json"
        if path.exists():
            return cls(**json.loads(path.read_text()))
        keys = cls(*(secrets.token_urlsafe(32) for _ in range(3)))
        write_atomically(path, json.dumps(asdict(keys)))
        return keys

    def open_function(self, auth_level: str, given: str | None) -> bool:
        """Whether ``given`` may call an HTTP function of this level (anonymous, function, admin)."""
        level = auth_level.lower()
        if level == "anonymous":
            return True
        return _among(given, self.master, *([self.function] if level == "function" else []))

    def open_webhook(self, given: str | None) -> bool:
        """Whether ``given`` may deliver events."""
        return _among(given, self.master, self.eventgrid_extension)

    def open_admin(self, given: str | None) -> bool:
        """Whether ``given`` may use the admin API."""
        return _among(given, self.master)


def given_key(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    """The key that a request bears: the header beats ``?code=``, even if it is the wrong one."""
    return headers.get("x-functions-key") or query.get("code")


def _among(given: str | None, *keys: str) -> bool:
    return given is not None and any(hmac.compare_digest(given.encode(), key.encode()) for key in keys)
