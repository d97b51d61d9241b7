"""All state, on disk: one JSON file per resource, replaced atomically, so that a SIGKILL loses nothing."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

Document = dict[str, Any]


def write_atomically(path: Path, text: str) -> None:
    """Replace a file; a reader sees the old text or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(path)


class Store:
    """Documents by kind and name; a name may hold slashes, as in ``endpoint/deployment``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, kind: str, name: str) -> Document | None:
        try:
            found: Document = json.loads(self._path(kind, name).read_text())
        except FileNotFoundError:
            return None
        return found

    def put(self, kind: str, name: str, document: Document) -> None:
        write_atomically(self._path(kind, name), json.dumps(document, indent=1))

    def delete(self, kind: str, name: str) -> None:
        self._path(kind, name).unlink(missing_ok=True)

    def names(self, kind: str, prefix: str = "") -> list[str]:
        """Names in order of creation is not kept: sort by what the documents say."""
        folder = self._folder / kind
        if not folder.exists():
            return []
        names = (unquote(path.stem) for path in folder.glob("*.json"))
        return sorted(name for name in names if name.startswith(prefix))

    def all(self, kind: str, prefix: str = "") -> Iterator[tuple[str, Document]]:
        for name in self.names(kind, prefix):
            document = self.get(kind, name)
            if document is not None:
                yield name, document

    def _path(self, kind: str, name: str) -> Path:
        return self._folder / kind / f"{quote(name, safe='')}.json"
