"""Blobs and the queue in memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from operator import attrgetter

from shared.core.errors import ConflictError
from shared.core.naming import normal_etag
from shared.ports import BlobInfo, Clock


class MemoryBlobs:
    """``ports.Blobs``: every write is a new version with a new ETag."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._versions = count(1)
        self._blobs: dict[tuple[str, str], tuple[bytes, BlobInfo]] = {}
        self._staged: dict[tuple[str, str], dict[str, bytes]] = {}

    @property
    def account(self) -> str:
        return "tunedropmemory"

    def info(self, container: str, path: str) -> BlobInfo | None:
        blob = self._blobs.get((container, path))
        return blob[1] if blob else None

    def read(self, container: str, path: str) -> bytes | None:
        blob = self._blobs.get((container, path))
        return blob[0] if blob else None

    def chunks(self, container: str, path: str, etag: str) -> Iterator[bytes]:
        content, info = self._blobs.get((container, path), (b"", None))
        if info is None or info.etag != normal_etag(etag):
            raise ConflictError(f"Blob '{path}' is no longer the version {etag}.")
        yield from (content[start : start + 1000] for start in range(0, len(content), 1000))

    def write(self, container: str, path: str, chunks: Iterable[bytes], content_type: str) -> None:
        content = b"".join(chunks)
        info = BlobInfo(path, f"0x{next(self._versions):X}", len(content), self._clock.now())
        self._blobs[(container, path)] = (content, info)
        self._staged.pop((container, path), None)

    def create(self, container: str, path: str, chunks: Iterable[bytes], content_type: str) -> bool:
        if (container, path) in self._blobs:
            return False
        self.write(container, path, chunks, content_type)
        return True

    def stage(self, container: str, path: str, block: str, content: bytes) -> None:
        self._staged.setdefault((container, path), {})[block] = content

    def commit(self, container: str, path: str, blocks: Sequence[str], content_type: str) -> str:
        staged = self._staged.get((container, path), {})
        if not staged.keys() >= set(blocks):
            raise ConflictError(f"Blob '{path}' was written by someone else meanwhile.")
        self.write(container, path, [staged[block] for block in blocks], content_type)
        return self._blobs[(container, path)][1].etag

    def within(self, container: str, prefix: str = "") -> Iterator[BlobInfo]:
        blobs = self._blobs.items()
        infos = [info for (owner, path), (_, info) in blobs if owner == container and path.startswith(prefix)]
        return iter(sorted(infos, key=attrgetter("path")))

    def touch(self, container: str, path: str) -> None:
        """Change a blob's metadata: it has a new ETag, and there is no event."""
        content, info = self._blobs[(container, path)]
        changed = replace(info, etag=f"0x{next(self._versions):X}", last_modified=self._clock.now())
        self._blobs[(container, path)] = (content, changed)

    def delete(self, container: str, path: str) -> None:
        self._blobs.pop((container, path), None)


class MemoryQueue:
    """``ports.AdvanceQueue``: the messages that were sent and not taken yet."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []

    def send(self, project: str, run_id: str) -> None:
        self.messages.append((project, run_id))

    def take(self) -> tuple[str, str] | None:
        return self.messages.pop(0) if self.messages else None
