"""Processes that process the lines of one plain file together, this one among them.

This process reads the file for its hash and hands out spans of it. The next free worker takes a span and reads it by
itself. So a request is a few bytes, and most of an answer is rows as they are written. While all workers have enough
to do, this process processes a span too.
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
from shared.data.preparing.line_processor import AcceptedRow, LineProcessor, LineResult, ProcessLines
from shared.data.reading.lines import UnreadableError, lines, split

_SPAN_BYTES: Final = 2**17
"""Longer answers cost more than they save."""
_SPANS_A_WORKER: Final = 4
"""Spans handed out for each worker and not yet collected, so that no worker waits while this process is busy."""
_MAX_WAITING: Final = 16
"""Spans that may wait for the answer to an earlier one."""
_SLOT_BYTES: Final = 2 * _SPAN_BYTES
"""Memory for the rows of a span; most rows are shorter than their lines. What does not fit is sent with the answer."""
_NICENESS: Final = 10
"""Workers yield to this process: whenever it waits for a processor, they soon wait for it."""
_REQUEST: Final = struct.Struct("QQQ")
"""How a span is handed out: its number, start and end."""

Span = tuple[int, int]
"""Start and end of whole lines in a file."""


@contextmanager
def process_in_parallel(file: Path, processor: LineProcessor, workers: int) -> Iterator[ProcessLines]:
    """While the context lasts, ``workers`` processes, this one and others, process the lines of ``file``.

    The others are forked, each with a copy of ``processor``: start no thread before, and let no tokenizer count tokens.

    Args:
        file: a plain file; its chunks are given to the function that this yields.
        processor: processes each line.
        workers: 2 or more.

    Raises:
        TunedropError: a worker stopped, or the file was changed meanwhile.
    """
    processor.load()
    pool = _WorkerPool(_SPANS_A_WORKER * (workers - 1))
    try:
        for _ in range(workers - 1):
            pool.start_worker(file, processor)
        yield partial(_process_in_order, file, processor, pool)
    finally:
        pool.close()


@contextmanager
def _worker_errors() -> Iterator[None]:
    """Says what a broken connection means."""
    try:
        yield
    except (EOFError, ConnectionError):
        message = "A worker process stopped unexpectedly."
        raise TunedropError(message, "If memory is short, run the command without '--workers'.") from None


@contextmanager
def _sigint_blocked() -> Iterator[None]:
    """A process that is forked in this context ignores Ctrl-C for good: its parent handles it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _WorkerPool:
    """Processes that take spans from one pipe and store rows in shared memory; each answers by a pipe of its own.

    Args:
        max_spans: spans that are handed out at a time.
    """

    def __init__(self, max_spans: int) -> None:
        self._max_spans = max_spans
        self._handed_out = 0
        self._rows = mmap(-1, max_spans * _SLOT_BYTES)
        read_end, write_end = os.pipe()
        self._requests_out, self._requests_in = os.fdopen(read_end, "rb", 0), os.fdopen(write_end, "wb", 0)
        self._answers = DefaultSelector()
        self._processes: list[BaseProcess] = []
        self._numbers = count()
        self._early: dict[int, list[Any]] = {}
        """Answers that came before their turn, by the number of their span."""

    def start_worker(self, file: Path, processor: LineProcessor) -> None:
        context = multiprocessing.get_context("fork")
        receiver, sender = context.Pipe(duplex=False)
        own_ends, parent_ends = (self._rows, self._requests_out, sender), (self._requests_in, receiver)
        process = context.Process(target=_work, args=(file, processor, *own_ends, parent_ends), daemon=True)
        with _sigint_blocked():
            process.start()
        sender.close()
        self._answers.register(receiver, EVENT_READ, receiver)
        self._processes.append(process)

    @_worker_errors()
    def hand_out(self, span: Span) -> int | None:
        """Hand out a span and return its number; ``None``: enough are handed out."""
        if self._handed_out == self._max_spans:
            return None
        number = next(self._numbers)
        self._requests_in.write(_REQUEST.pack(number, *span))
        self._handed_out += 1
        return number

    @_worker_errors()
    def has_answer(self, number: int) -> bool:
        self._receive(0)
        return number in self._early

    @_worker_errors()
    def collect(self, number: int) -> list[LineResult]:
        """Wait for the results for a span; its slot is free then."""
        while number not in self._early:
            self._receive(None)
        self._handed_out -= 1
        return list(_load_rows(self._early.pop(number), self._rows, number % self._max_spans * _SLOT_BYTES))

    def _receive(self, seconds: float | None) -> None:
        for key, _ in self._answers.select(seconds):
            number, answer = key.data.recv()
            self._early[number] = answer

    def close(self) -> None:
        """End each worker after its current span; a signal could get lost on a process that has only just started."""
        self._requests_in.close()
        self._requests_out.close()
        for key in self._answers.get_map().values():
            key.data.close()
        self._answers.close()
        for process in self._processes:
            process.join()
        self._rows.close()


def _process_in_order(
    file: Path, processor: LineProcessor, pool: _WorkerPool, chunks: Iterable[bytes]
) -> Iterator[LineResult]:
    """The results for the lines of ``file``, whose bytes are ``chunks``."""
    version, stopped = _version(file), None
    waiting: deque[int | list[LineResult]] = deque()
    """Numbers of spans that are handed out, and results for those that are not."""
    with file.open("rb", buffering=0) as opened:
        try:
            for span in _spans(chunks):
                number = pool.hand_out(span)
                waiting.append(list(_process_span(opened, span, processor)) if number is None else number)
                while waiting and (len(waiting) > _MAX_WAITING or _is_ready(waiting[0], pool)):
                    yield from _results(waiting.popleft(), pool)
        except UnreadableError as error:
            stopped = error
    for item in waiting:
        yield from _results(item, pool)
    if stopped:
        raise stopped
    if _version(file) != version:
        remedy = "Run the command again when nothing writes to the file."
        raise TunedropError(f"'{file}' was changed while it was read.", remedy)


def _is_ready(item: int | list[LineResult], pool: _WorkerPool) -> bool:
    return isinstance(item, list) or pool.has_answer(item)


def _results(item: int | list[LineResult], pool: _WorkerPool) -> list[LineResult]:
    return item if isinstance(item, list) else pool.collect(item)


def _version(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_size, status.st_mtime_ns


def _spans(chunks: Iterable[bytes]) -> Iterator[Span]:
    """All spans of a file, each as long as possible with an end within ``_SPAN_BYTES`` of a chunk."""
    start = size = 0
    for chunk in chunks:
        for offset in range(0, len(chunk), _SPAN_BYTES):
            if end := chunk.rfind(b"\n", offset, offset + _SPAN_BYTES) + 1:
                yield start, size + end
                start = size + end
        size += len(chunk)
    if start < size:
        yield start, size


def _work(
    file: Path,
    processor: LineProcessor,
    rows: mmap,
    requests: BinaryIO,
    answers: "Connection",
    parent_ends: Iterable[BinaryIO | Connection],
) -> None:
    """What a worker process does: answer requests until their pipe is closed."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.nice(_NICENESS)
    for end in parent_ends:
        end.close()
    slots = len(rows) // _SLOT_BYTES
    with suppress(ConnectionError), file.open("rb", buffering=0) as opened:
        while request := requests.read(_REQUEST.size):
            number, *span = _REQUEST.unpack(request)
            results = _process_span(opened, span, processor)
            answers.send((number, list(_store_rows(results, rows, number % slots * _SLOT_BYTES))))


def _process_span(file: BinaryIO, span: Sequence[int], processor: LineProcessor) -> Iterator[LineResult]:
    start, end = span
    return map(processor.process, (split if start else lines)(_pieces(file, start, end)))


def _pieces(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    file.seek(start)
    while start < end and (piece := file.read(min(end - start, _SPAN_BYTES))):
        yield piece
        start += len(piece)


def _store_rows(results: Iterable[LineResult], rows: mmap, start: int) -> Iterator[Any]:
    """Write the rows into ``rows`` from ``start`` on; yield the rest as plain tuples, which are sent twice as fast."""
    end = start + _SLOT_BYTES
    for result in results:
        if type(result) is not AcceptedRow:
            yield result
        elif (size := len(result.encoded)) > end - start:
            yield tuple(result)
        else:
            rows[start : start + size] = result.encoded
            yield size, *result[1:]
            start += size


def _load_rows(answer: Iterable[Any], rows: mmap, start: int) -> Iterator[LineResult]:
    """The results that ``_store_rows`` was given."""
    for item in answer:
        if type(item) is not tuple:
            yield item
        elif type(item[0]) is bytes:
            yield AcceptedRow._make(item)
        else:
            size, *others = item
            yield AcceptedRow(rows[start : start + size], *others)
            start += size
