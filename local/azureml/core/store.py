"""All state, on disk: one JSON file per resource, replaced atomically, so that a SIGKILL loses nothing.

One process writes them. It reads each once, and from then on goes by what it remembers.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from local.files import write_atomically

Document = dict[str, Any]


class Store:
    """Documents by kind and name; a name may hold slashes, as in ``endpoint/deployment``.

    A document that was read is never changed in place: put another one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kinds: dict[str, dict[str, Document]] = {}

    def get(self, kind: str, name: str) -> Document | None:
        return self._all(kind).get(name)

    def put(self, kind: str, name: str, document: Document) -> None:
        text = json.dumps(document, indent=1)
        write_atomically(self._path(kind, name), text)
        self._all(kind)[name] = json.loads(text)

    def delete(self, kind: str, name: str) -> None:
        self._path(kind, name).unlink(missing_ok=True)
        self._all(kind).pop(name, None)

    def names(self, kind: str, prefix: str = "") -> list[str]:
        """Names in order of creation is not kept: sort by what the documents say."""
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
