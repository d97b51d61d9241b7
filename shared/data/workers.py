"""Processes that examine one plain file together.

This process reads the file for its hash, and asks them in turn for spans of it, which they read by themselves: so
what they are told is little, and most of what they answer is rows as they are written.
"""

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import cycle
from multiprocessing.connection import Connection
from pathlib import Path
from typing import BinaryIO, Final

from shared.data.examiner import Examine, Examined, Examiner, Verdict
from shared.data.lines import UnreadableError, lines, split
from shared.errors import TunedropError

_SPAN: Final = 2**17
"""Bytes: longer answers cost more than they save."""
_AHEAD: Final = 2
"""Spans that each worker is asked for at a time, so that it never waits."""

Span = tuple[int, int]
"""Where whole lines begin, and where they end."""


@contextmanager
def examining(file: Path, examiner: Examiner, workers: int) -> Iterator[Examine]:
    """``workers`` processes that give the verdicts on ``file``, for as long as the context lasts.

    They are forked, each with a copy of ``examiner``: start no thread before, and let no tokenizer count its tokens.
    """
    crew: list[_Worker] = []
    try:
        for _ in range(workers):
            crew.append(_Worker(file, examiner))
        yield partial(_in_turn, file, crew)
    finally:
        for worker in crew:
            worker.dismiss()
        for worker in crew:  # the first ones hear of it as the last ones end, which hold a copy of their connections
            worker.join()


@contextmanager
def _alive() -> Iterator[None]:
    """Tells what a broken connection means."""
    try:
        yield
    except (EOFError, ConnectionError):
        raise TunedropError("A worker process ended early.", "If memory is short, work without '--workers'.") from None


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """A process that is forked meanwhile stays so: Ctrl-C is its parent's to handle."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Worker:
    """A process that examines spans."""

    def __init__(self, file: Path, examiner: Examiner) -> None:
        processes = multiprocessing.get_context("fork")
        self._connection, other = processes.Pipe()
        self._process = processes.Process(target=_work, args=(file, examiner, other, self._connection), daemon=True)
        with _deaf_to_ctrl_c():
            self._process.start()
        other.close()

    @_alive()
    def ask(self, span: Span) -> None:
        self._connection.send(span)

    @_alive()
    def verdicts(self) -> list[Verdict]:
        """On the lines of the first span that it was asked for and has not answered."""
        return [Examined._make(one) if type(one) is tuple else one for one in self._connection.recv()]

    def dismiss(self) -> None:
        """Have it end with the span that it is at; a signal would be lost on a process that has just begun."""
        self._connection.close()

    def join(self) -> None:
        self._process.join()


def _in_turn(file: Path, crew: list[_Worker], chunks: Iterable[bytes]) -> Iterator[Verdict]:
    """The verdicts on ``file``, whose bytes are ``chunks``."""
    version, stopped = _version(file), None
    asked: deque[_Worker] = deque()
    try:
        for span, worker in zip(_spans(chunks), cycle(crew), strict=False):
            worker.ask(span)
            asked.append(worker)
            if len(asked) > _AHEAD * len(crew):
                yield from asked.popleft().verdicts()
    except UnreadableError as error:
        stopped = error
    for worker in asked:
        yield from worker.verdicts()
    if stopped:
        raise stopped
    if _version(file) != version:
        raise TunedropError(f"'{file}' was changed while it was read.", "Start again once it is whole.")


def _version(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_size, found.st_mtime_ns


def _spans(chunks: Iterable[bytes]) -> Iterator[Span]:
    """All spans of a file, each as long as can be with an end within ``_SPAN`` bytes of a chunk."""
    start = size = 0
    for chunk in chunks:
        for offset in range(0, len(chunk), _SPAN):
            if end := chunk.rfind(b"\n", offset, offset + _SPAN) + 1:
                yield start, size + end
                start = size + end
        size += len(chunk)
    if start < size:
        yield start, size


def _work(file: Path, examiner: Examiner, connection: "Connection", parents: "Connection") -> None:
    """Answer until nobody asks any more."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parents.close()
    with suppress(EOFError, ConnectionError), file.open("rb", buffering=0) as opened:
        while True:
            start, end = connection.recv()
            found = (split if start else lines)(_pieces(opened, start, end))
            connection.send([_plain(examiner.examine(line)) for line in found])


def _pieces(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    file.seek(start)
    while start < end and (piece := file.read(min(end - start, _SPAN))):
        yield piece
        start += len(piece)


def _plain(verdict: Verdict) -> Verdict | tuple[object, ...]:
    """A plain tuple is packed and unpacked in half the time."""
    return tuple(verdict) if type(verdict) is Examined else verdict
