"""The workspace's own storage account: blobs as files, with their metadata in files of their own."""

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
    """A blob and the file with its content."""

    name: str
    path: Path
    metadata: Mapping[str, str]

    @property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size

    @property
    def etag(self) -> str:
        """In quotes; it changes with the content and the metadata."""
        stat = self.path.stat()
        return f'"0x{hashlib.sha256(f"{stat.st_mtime_ns}/{stat.st_size}/{self.metadata}".encode()).hexdigest()[:15]}"'

    @property
    def modified(self) -> str:
        """When the content was written, as an HTTP date."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


class Disk:
    """Containers as folders. Unlike in the cloud, one name cannot be both a blob and a folder of blobs.

    Args:
        folder: the account's blobs are in ``folder/blobs/{account}/{container}/``.
    """

    def __init__(self, folder: Path) -> None:
        self._blobs = folder / "blobs" / ACCOUNT
        self._metadata = folder / "blob-metadata" / ACCOUNT
        self._blocks = folder / "blob-blocks" / ACCOUNT

    def path(self, container: str, name: str) -> Path:
        """The path of a blob, whether it exists or not.

        Raises:
            ApiError: 400, the name leads out of the container.
        """
        return _inside(self._blobs / container, name)

    def get(self, container: str, name: str) -> BlobFile | None:
        """A blob."""
        path = self.path(container, name)
        return self._blob(container, name, path) if path.is_file() else None

    def put(self, container: str, name: str, data: bytes, metadata: Mapping[str, str]) -> BlobFile:
        """Write a blob."""
        path = self.path(container, name)
        write_atomically(path, data)
        self.set_metadata(container, name, metadata)
        return BlobFile(name, path, dict(metadata))

    def set_metadata(self, container: str, name: str, metadata: Mapping[str, str]) -> None:
        """Replace a blob's metadata."""
        write_atomically(self._metadata_file(container, name), json.dumps(dict(metadata)))

    def stage(self, container: str, name: str, block: str, data: bytes) -> None:
        """Write a block, for ``commit`` to use."""
        folder = self._staged(container, name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _digest(block)).write_bytes(data)

    def commit(self, container: str, name: str, blocks: list[str], metadata: Mapping[str, str]) -> BlobFile:
        """Write a blob from its staged blocks.

        Raises:
            ApiError: 400, a block was not staged.
        """
        folder = self._staged(container, name)
        paths = [folder / _digest(block) for block in blocks]
        if not all(path.exists() for path in paths):
            raise ApiError(400, "InvalidBlockList", "The specified block list is invalid.")
        blob = self.put(container, name, b"".join(path.read_bytes() for path in paths), metadata)
        shutil.rmtree(folder, ignore_errors=True)
        return blob

    def delete(self, container: str, name: str) -> bool:
        """Delete a blob; return whether it existed."""
        path = self.path(container, name)
        existed = path.is_file()
        path.unlink(missing_ok=True)
        self._metadata_file(container, name).unlink(missing_ok=True)
        return existed

    def list(self, container: str, prefix: str = "") -> Iterator[BlobFile]:
        """All blobs whose name starts with ``prefix``, sorted by name."""
        root = self._blobs / container
        start = _inside(root, prefix.rpartition("/")[0] or ".")
        paths = (path for path in start.rglob("*") if path.is_file() and not is_draft(path))
        names = sorted(path.relative_to(root.resolve()).as_posix() for path in paths)
        for name in names:
            if name.startswith(prefix):
                yield self._blob(container, name, root / name)

    def _blob(self, container: str, name: str, path: Path) -> BlobFile:
        file = self._metadata_file(container, name)
        return BlobFile(name, path, json.loads(file.read_text()) if file.exists() else {})

    def _metadata_file(self, container: str, name: str) -> Path:
        return _inside(self._metadata / container, f"{name}.json")

    def _staged(self, container: str, name: str) -> Path:
        return self._blocks / container / _digest(name)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ApiError(400, "InvalidUri", f"'{name}' is not a valid blob name.")
    return path
