"""Processes that examine one plain file together, this one among them.

It reads the file for its hash, and hands out spans of it; whichever worker is free takes the next one and reads it by
itself. So what they are told is little, and most of what they answer is rows as they are written. While all have
enough to do, this process examines a span too.
"""

import multiprocessing
import os
import signal
import struct
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from mmap import mmap
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Any, BinaryIO, Final

from shared.core.errors import TunedropError
from shared.data.preparing.examiner import AcceptedRow, Examine, Examiner, Verdict
from shared.data.reading.lines import UnreadableError, lines, split

_SPAN: Final = 2**17
"""Bytes: longer answers cost more than they save."""
_AHEAD: Final = 4
"""Spans handed out for each worker and not taken back, so that none waits while this process is at one itself."""
_WAITING: Final = 16
"""Spans that may wait for the answer on an earlier one."""
_SLOT: Final = 2 * _SPAN
"""Bytes for the rows of a span; most are shorter than their lines. What does not fit is sent with the answer."""
_NICER: Final = 10
"""This process goes before its workers: while it waits for a processor, they soon wait for it."""
_TOLD: Final = struct.Struct("QQQ")
"""How a span is handed out: its number, and its two ends."""

Span = tuple[int, int]
"""Where whole lines begin, and where they end."""


@contextmanager
def examining(file: Path, examiner: Examiner, workers: int) -> Iterator[Examine]:
    """``workers`` processes, this one and others, that give the verdicts on ``file`` while the context lasts.

    The others are forked, each with a copy of ``examiner``: start no thread before, and let no tokenizer count tokens.

    Args:
        workers: 2 or more.
    """
    examiner.load()
    crew = _Crew(_AHEAD * (workers - 1))
    try:
        for _ in range(workers - 1):
            crew.hire(file, examiner)
        yield partial(_in_order, file, examiner, crew)
    finally:
        crew.dismiss()


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


class _Crew:
    """Processes that share one pipe of spans and memory for rows, and answer each by a pipe of its own."""

    def __init__(self, most: int) -> None:
        """``most``: spans that are handed out at a time."""
        self._most = most
        self._out = 0
        """Spans that are."""
        self._rows = mmap(-1, most * _SLOT)
        taken, told = os.pipe()
        self._taken, self._told = os.fdopen(taken, "rb", 0), os.fdopen(told, "wb", 0)
        self._answers = DefaultSelector()
        self._processes: list[BaseProcess] = []
        self._numbers = count()
        self._early: dict[int, list[Any]] = {}
        """Answers that came before their turn, by the number of their span."""

    def hire(self, file: Path, examiner: Examiner) -> None:
        processes = multiprocessing.get_context("fork")
        answers, answered = processes.Pipe(duplex=False)
        own = (self._rows, self._taken, answered)
        process = processes.Process(target=_work, args=(file, examiner, *own, (self._told, answers)), daemon=True)
        with _deaf_to_ctrl_c():
            process.start()
        answered.close()
        self._answers.register(answers, EVENT_READ, answers)
        self._processes.append(process)

    @_alive()
    def tell(self, span: Span) -> int | None:
        """Hand out a span; its number, ``None`` while enough are out."""
        if self._out == self._most:
            return None
        number = next(self._numbers)
        self._told.write(_TOLD.pack(number, *span))
        self._out += 1
        return number

    @_alive()
    def has(self, number: int) -> bool:
        """Whether a span is answered already."""
        self._listen(0)
        return number in self._early

    @_alive()
    def verdicts(self, number: int) -> list[Verdict]:
        """On the lines of a span, which are waited for; its slot is free then."""
        while number not in self._early:
            self._listen(None)
        self._out -= 1
        return list(_unpacked(self._early.pop(number), self._rows, number % self._most * _SLOT))

    def _listen(self, seconds: float | None) -> None:
        for ready, _ in self._answers.select(seconds):
            early, found = ready.data.recv()
            self._early[early] = found

    def dismiss(self) -> None:
        """Have each end with the span that it is at; a signal would be lost on a process that has just begun."""
        self._told.close()
        self._taken.close()
        for worker in self._answers.get_map().values():
            worker.data.close()
        self._answers.close()
        for process in self._processes:
            process.join()
        self._rows.close()


def _in_order(file: Path, examiner: Examiner, crew: _Crew, chunks: Iterable[bytes]) -> Iterator[Verdict]:
    """The verdicts on ``file``, whose bytes are ``chunks``."""
    version, stopped = _version(file), None
    waiting: deque[int | list[Verdict]] = deque()
    """Numbers of spans that are handed out, and verdicts on those that are not."""
    with file.open("rb", buffering=0) as opened:
        try:
            for span in _spans(chunks):
                number = crew.tell(span)
                waiting.append(list(_examined(opened, span, examiner)) if number is None else number)
                while waiting and (len(waiting) > _WAITING or _is_there(waiting[0], crew)):
                    yield from _taken(waiting.popleft(), crew)
        except UnreadableError as error:
            stopped = error
    for one in waiting:
        yield from _taken(one, crew)
    if stopped:
        raise stopped
    if _version(file) != version:
        raise TunedropError(f"'{file}' was changed while it was read.", "Start again once it is whole.")


def _is_there(one: int | list[Verdict], crew: _Crew) -> bool:
    return isinstance(one, list) or crew.has(one)


def _taken(one: int | list[Verdict], crew: _Crew) -> list[Verdict]:
    return one if isinstance(one, list) else crew.verdicts(one)


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


def _work(
    file: Path,
    examiner: Examiner,
    rows: mmap,
    spans: BinaryIO,
    answers: "Connection",
    parents: Iterable[BinaryIO | Connection],
) -> None:
    """Answer until nobody tells any more."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.nice(_NICER)
    for end in parents:
        end.close()
    slots = len(rows) // _SLOT
    with suppress(ConnectionError), file.open("rb", buffering=0) as opened:
        while told := spans.read(_TOLD.size):
            number, *span = _TOLD.unpack(told)
            answers.send((number, list(_packed(_examined(opened, span, examiner), rows, number % slots * _SLOT))))


def _examined(file: BinaryIO, span: Sequence[int], examiner: Examiner) -> Iterator[Verdict]:
    start, end = span
    return map(examiner.examine, (split if start else lines)(_pieces(file, start, end)))


def _pieces(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    file.seek(start)
    while start < end and (piece := file.read(min(end - start, _SPAN))):
        yield piece
        start += len(piece)


def _packed(verdicts: Iterable[Verdict], rows: mmap, start: int) -> Iterator[Any]:
    """Plain tuples, which are sent in half the time; the rows are in ``rows`` from ``start`` on."""
    end = start + _SLOT
    for verdict in verdicts:
        if type(verdict) is not AcceptedRow:
            yield verdict
        elif (size := len(verdict.written)) > end - start:
            yield tuple(verdict)
        else:
            rows[start : start + size] = verdict.written
            yield size, *verdict[1:]
            start += size


def _unpacked(found: Iterable[Any], rows: mmap, start: int) -> Iterator[Verdict]:
    """What ``_packed`` was given."""
    for one in found:
        if type(one) is not tuple:
            yield one
        elif type(one[0]) is bytes:
            yield AcceptedRow._make(one)
        else:
            size, *others = one
            yield AcceptedRow(rows[start : start + size], *others)
            start += size
