"""Files of JSON lines that other processes read while we append to them."""

import json
from pathlib import Path
from typing import Any


class Journal:
    """A file of JSON documents, one a line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def append(self, document: dict[str, Any]) -> None:
        """Append a document as one line."""
        with self._path.open("a") as file:
            file.write(json.dumps(document) + "\n")

    def read(self) -> list[dict[str, Any]]:
        """All documents."""
        if not self._path.exists():
            return []
        return [json.loads(line) for line in self._path.read_text().splitlines()]
