"""Streams of bytes: hashed and counted as they pass, and read ahead by a thread."""

import hashlib
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from queue import Empty, Queue
from typing import Final

AHEAD: Final = 3
"""Chunks that are read in advance."""


class Source:
    """A file's bytes, hashed and counted as they pass."""

    def __init__(self, chunks: Iterable[bytes], progress: Callable[[int], None] | None = None) -> None:
        """``progress`` is called with the size of each chunk."""
        self._chunks = iter(chunks)
        self._progress = progress
        self.sha256 = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.sha256.update(chunk)
            self.size += len(chunk)
            if self._progress:
                self._progress(len(chunk))
            yield chunk

    def drain(self) -> None:
        """Read the rest, so that the hash is that of the whole file."""
        for _ in self:
            pass


def sha256(sources: list[Source]) -> str:
    """The hash of one file, in hexadecimal; of several files, the hash of their hashes."""
    if len(sources) == 1:
        return sources[0].sha256.hexdigest()
    return hashlib.sha256(b"".join(source.sha256.digest() for source in sources)).hexdigest()


def prefetch(chunks: Iterable[bytes], depth: int = AHEAD) -> Generator[bytes, None, None]:
    """``chunks``, read by a thread that is at most ``depth`` chunks ahead; closing the generator stops it.

    Raises:
        BaseException: whatever reading ``chunks`` raises.
    """
    ahead: Queue[bytes | BaseException | None] = Queue(depth)
    stopped = threading.Event()
    thread = threading.Thread(target=_pump, args=(chunks, ahead, stopped), daemon=True)
    thread.start()
    try:
        while (item := ahead.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        while thread.is_alive():
            with suppress(Empty):
                ahead.get(timeout=0.01)


def _pump(chunks: Iterable[bytes], ahead: "Queue[bytes | BaseException | None]", stopped: threading.Event) -> None:
    try:
        for chunk in chunks:
            ahead.put(chunk)
            if stopped.is_set():
                return
        ahead.put(None)
    except BaseException as error:
        ahead.put(error)
