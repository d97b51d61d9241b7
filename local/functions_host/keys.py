"""The host's access keys: random for each state folder, and the same after a restart."""

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from local.files import write_atomically


@dataclass(frozen=True)
class Keys:
    """The keys.

    Args:
        master: for everything.
        function: for HTTP functions.
        eventgrid_extension: for the Event Grid webhook.
    """

    master: str
    function: str
    eventgrid_extension: str

    @classmethod
    def at(cls, folder: Path) -> "Keys":
        """The keys in ``folder``; they are created if they do not exist."""
        path = folder / "keys.json"
        if path.exists():
            return cls(**json.loads(path.read_text()))
        keys = cls(*(secrets.token_urlsafe(32) for _ in range(3)))
        write_atomically(path, json.dumps(asdict(keys)))
        return keys

    def allow_function(self, auth_level: str, key: str | None) -> bool:
        """Whether ``key`` allows calls of an HTTP function of this level (anonymous, function, admin)."""
        level = auth_level.lower()
        if level == "anonymous":
            return True
        return _is_one_of(key, self.master, *([self.function] if level == "function" else []))

    def allow_webhook(self, key: str | None) -> bool:
        """Whether ``key`` allows the delivery of events."""
        return _is_one_of(key, self.master, self.eventgrid_extension)

    def allow_admin(self, key: str | None) -> bool:
        """Whether ``key`` allows use of the admin API."""
        return _is_one_of(key, self.master)


def key_of(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    """The key of a request. The header wins over ``?code=``, even if it is wrong."""
    return headers.get("x-functions-key") or query.get("code")


def _is_one_of(key: str | None, *keys: str) -> bool:
    return key is not None and any(hmac.compare_digest(key.encode(), other.encode()) for other in keys)
