"""Files of rows that are being written: threads stage their blocks while the caller writes on.

    with Staging(ports.blobs, claim.owner) as staging:
        rows = staging.open(PREPARED, path)
        rows.write(…)
        rows.commit()           the file becomes visible only now

Without a commit, nothing is written.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

import xxhash

from shared.ports import Blobs

JSON_LINES: Final = "application/jsonl"
BLOCK: Final = 4 * 2**20
"""Bytes of one block."""
THREADS: Final = 2
"""One thread sends a block while the service stores the other's."""
WAITING: Final = 3
"""Blocks that are being sent or wait for a thread. More would cost memory and gain nothing."""


class StagedRows:
    """One file of JSON lines that is being written. It is a ``data.preparing.outputs.Sink`` of whole rows."""

    def __init__(self, staging: "Staging", container: str, path: str) -> None:
        self.path = path
        self.etag = ""
        """Set by ``commit``."""
        self._staging = staging
        self._container = container
        self._digests: list[int] = []
        """Of each staged block."""
        self._rest: list[bytes] = []
        self._size = 0
        self._blocks: list[str] = []

    def write(self, data: bytes, /) -> None:
        """Append.

        Raises:
            Exception: what the staging of an earlier block raised.
        """
        self._rest.append(data)
        self._size += len(data)
        if self._size >= BLOCK:
            self._staging.later(self._take())

    def digest(self) -> str:
        """128 bits in hexadecimal, the same for the same rows in any order. Stages the rest first."""
        self._staging.settle()
        if self._rest:
            self._take()()
        return f"{sum(self._digests) % 2**128:032x}"

    def commit(self) -> None:
        """Replace the blob by what was written.

        Raises:
            ConflictError: another writer committed the blob meanwhile.
        """
        self.digest()
        self.etag = self._staging.blobs.commit(self._container, self.path, self._blocks, JSON_LINES)

    def _take(self) -> Callable[[], None]:
        """A call that stages the next block."""
        content = b"".join(self._rest)
        block = f"{self._staging.owner:0>8}-{len(self._blocks):06d}"
        self._rest, self._size = [], 0
        self._blocks.append(block)

        def stage() -> None:
            self._digests.append(_digest(content))
            self._staging.blobs.stage(self._container, self.path, block, content)

        return stage


def _digest(rows: bytes) -> int:
    """The sum of the hashes of whole rows, without copying them."""
    view, start, total = memoryview(rows), 0, 0
    while (end := rows.find(b"\n", start)) >= 0:
        total += xxhash.xxh3_128_intdigest(view[start:end])
        start = end + 1
    return total


class Staging:
    """The files that one worker makes.

    Args:
        owner: of the worker's claim. It is part of the blocks' names, so that workers never mix theirs.
    """

    def __init__(self, blobs: Blobs, owner: str) -> None:
        self.blobs = blobs
        self.owner = owner
        self._threads = ThreadPoolExecutor(THREADS, "staging")
        self._waiting: deque[Future[None]] = deque()

    def open(self, container: str, path: str) -> StagedRows:
        """A file to write. Nothing is sent before its first block is full."""
        return StagedRows(self, container, path)

    def later(self, stage: Callable[[], None]) -> None:
        """Have a thread stage a block. Waits while too many blocks wait already."""
        while len(self._waiting) >= WAITING:
            self._waiting.popleft().result()
        self._waiting.append(self._threads.submit(stage))

    def settle(self) -> None:
        """Wait until all blocks are staged."""
        while self._waiting:
            self._waiting.popleft().result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(cancel_futures=True)
