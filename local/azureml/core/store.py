"""The store of all resources: one JSON file for each, replaced atomically, so that a SIGKILL loses nothing.

Only one process writes them. It reads each file once and then keeps it in memory.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from local.files import write_atomically

Document = dict[str, Any]


class Store:
    """Documents by kind and name; a name may contain slashes, as in ``endpoint/deployment``.

    Never change a document that was read: put a new one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kinds: dict[str, dict[str, Document]] = {}

    def get(self, kind: str, name: str) -> Document | None:
        """A document."""
        return self._all(kind).get(name)

    def put(self, kind: str, name: str, document: Document) -> None:
        """Create or replace a document."""
        text = json.dumps(document, indent=1)
        write_atomically(self._path(kind, name), text)
        self._all(kind)[name] = json.loads(text)

    def delete(self, kind: str, name: str) -> None:
        """Delete a document, if it exists."""
        self._path(kind, name).unlink(missing_ok=True)
        self._all(kind).pop(name, None)

    def names(self, kind: str, prefix: str = "") -> list[str]:
        """Names that start with ``prefix``, sorted by name, not by time of creation."""
        return sorted(name for name in self._all(kind) if name.startswith(prefix))

    def all(self, kind: str, prefix: str = "") -> list[tuple[str, Document]]:
        """Names and documents, sorted by name."""
        return [(name, self._all(kind)[name]) for name in self.names(kind, prefix)]

    def _all(self, kind: str) -> dict[str, Document]:
        if kind not in self._kinds:
            files = (self._folder / kind).glob("*.json")
            self._kinds[kind] = {unquote(file.stem): json.loads(file.read_text()) for file in files}
        return self._kinds[kind]

    def _path(self, kind: str, name: str) -> Path:
        return self._folder / kind / f"{quote(name, safe='')}.json"
