"""The workspace's own storage account: blobs as files, their metadata beside them."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from local.azureml.core.errors import ApiError
from local.files import is_draft, write_atomically

ACCOUNT: Final = "workspacestore"


@dataclass(frozen=True)
class BlobFile:
    """One blob."""

    name: str
    path: Path
    metadata: Mapping[str, str]

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    @property
    def etag(self) -> str:
        stat = self.path.stat()
        return f'"0x{hashlib.sha256(f"{stat.st_mtime_ns}/{stat.st_size}/{self.metadata}".encode()).hexdigest()[:15]}"'

    @property
    def modified(self) -> str:
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


class Disk:
    """Containers as folders. A name can't be a blob and a folder of blobs at once (in the cloud it can).

    Args:
        folder: the account's blobs lie in ``folder/blobs/{account}/{container}/``.
    """

    def __init__(self, folder: Path) -> None:
        self._blobs = folder / "blobs" / ACCOUNT
        self._metadata = folder / "blob-metadata" / ACCOUNT
        self._blocks = folder / "blob-blocks" / ACCOUNT

    def path(self, container: str, name: str) -> Path:
        """Where a blob lies, or would."""
        return _inside(self._blobs / container, name)

    def get(self, container: str, name: str) -> BlobFile | None:
        path = self.path(container, name)
        return self._blob(container, name, path) if path.is_file() else None

    def put(self, container: str, name: str, data: bytes, metadata: Mapping[str, str]) -> BlobFile:
        path = self.path(container, name)
        write_atomically(path, data)
        self.describe(container, name, metadata)
        return BlobFile(name, path, dict(metadata))

    def describe(self, container: str, name: str, metadata: Mapping[str, str]) -> None:
        """Replace a blob's metadata."""
        write_atomically(self._note(container, name), json.dumps(dict(metadata)))

    def stage(self, container: str, name: str, block: str, data: bytes) -> None:
        """Keep a block until ``commit`` names it."""
        folder = self._staged(container, name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _digest(block)).write_bytes(data)

    def commit(self, container: str, name: str, blocks: list[str], metadata: Mapping[str, str]) -> BlobFile:
        """Make a blob of its blocks.

        Raises:
            ApiError: 400, a block was never staged.
        """
        folder = self._staged(container, name)
        paths = [folder / _digest(block) for block in blocks]
        if not all(path.exists() for path in paths):
            raise ApiError(400, "InvalidBlockList", "The specified block list is invalid.")
        blob = self.put(container, name, b"".join(path.read_bytes() for path in paths), metadata)
        shutil.rmtree(folder, ignore_errors=True)
        return blob

    def delete(self, container: str, name: str) -> bool:
        """Whether there was one."""
        path = self.path(container, name)
        existed = path.is_file()
        path.unlink(missing_ok=True)
        self._note(container, name).unlink(missing_ok=True)
        return existed

    def within(self, container: str, prefix: str = "") -> Iterator[BlobFile]:
        """Blobs whose name starts with ``prefix``, sorted by name."""
        root = self._blobs / container
        start = _inside(root, prefix.rpartition("/")[0] or ".")
        paths = (path for path in start.rglob("*") if path.is_file() and not is_draft(path))
        names = sorted(path.relative_to(root.resolve()).as_posix() for path in paths)
        for name in names:
            if name.startswith(prefix):
                yield self._blob(container, name, root / name)

    def _blob(self, container: str, name: str, path: Path) -> BlobFile:
        note = self._note(container, name)
        return BlobFile(name, path, json.loads(note.read_text()) if note.exists() else {})

    def _note(self, container: str, name: str) -> Path:
        return _inside(self._metadata / container, f"{name}.json")

    def _staged(self, container: str, name: str) -> Path:
        return self._blocks / container / _digest(name)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ApiError(400, "InvalidUri", f"'{name}' is no name of a blob.")
    return path
