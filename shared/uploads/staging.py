"""Files of rows in the making: their blocks are staged by threads while the caller goes on to write.

    with Staging(ports.blobs, claim.owner) as staging:
        rows = staging.open(PREPARED, path)
        rows.write(…)
        rows.commit()           only now anybody sees it

Whoever leaves the block without a commit has written nothing.
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
"""One sends a block while the service takes in the other's."""
WAITING: Final = 3
"""Blocks that are sent or wait for it: more of them would cost memory and gain nothing."""


class StagedRows:
    """One file of JSON lines in the making: a ``data.prepare.Sink`` that whole rows are written to."""

    def __init__(self, staging: "Staging", container: str, path: str) -> None:
        self.path = path
        self.etag = ""
        """Once it is committed."""
        self._staging = staging
        self._container = container
        self._digests: list[int] = []
        """Of each block, as they are staged."""
        self._rest: list[bytes] = []
        self._size = 0
        self._blocks: list[str] = []

    def write(self, data: bytes, /) -> None:
        """Append.

        Raises:
            Exception: whatever an earlier block could not be staged for.
        """
        self._rest.append(data)
        self._size += len(data)
        if self._size >= BLOCK:
            self._staging.later(self._take())

    def digest(self) -> str:
        """128 bits in hexadecimal, the same for the same rows in any order; stages what is left."""
        self._staging.settle()
        if self._rest:
            self._take()()
        return f"{sum(self._digests) % 2**128:032x}"

    def commit(self) -> None:
        """Replace the blob by what was written.

        Raises:
            ConflictError: another writer committed it meanwhile.
        """
        self.digest()
        self.etag = self._staging.blobs.commit(self._container, self.path, self._blocks, JSON_LINES)

    def _take(self) -> Callable[[], None]:
        """The next block, to be staged."""
        content = b"".join(self._rest)
        block = f"{self._staging.owner:0>8}-{len(self._blocks):06d}"
        self._rest, self._size = [], 0
        self._blocks.append(block)

        def stage() -> None:
            self._digests.append(_digest(content))
            self._staging.blobs.stage(self._container, self.path, block, content)

        return stage


def _digest(rows: bytes) -> int:
    """The sum of the hashes of whole rows; none of them is copied for it."""
    view, start, found = memoryview(rows), 0, 0
    while (end := rows.find(b"\n", start)) >= 0:
        found += xxhash.xxh3_128_intdigest(view[start:end])
        start = end + 1
    return found


class Staging:
    """The files that one worker makes.

    Args:
        owner: of the claim it works under: blocks of another worker at the same blob are never taken for its own.
    """

    def __init__(self, blobs: Blobs, owner: str) -> None:
        self.blobs = blobs
        self.owner = owner
        self._threads = ThreadPoolExecutor(THREADS, "staging")
        self._waiting: deque[Future[None]] = deque()

    def open(self, container: str, path: str) -> StagedRows:
        """A file to write; nothing is called before there is a block."""
        return StagedRows(self, container, path)

    def later(self, stage: Callable[[], None]) -> None:
        """Let a thread stage a block; waits while too many wait already."""
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
