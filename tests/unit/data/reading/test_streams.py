import threading
from collections.abc import Iterator

import pytest

from shared.data.reading.streams import prefetch


def counted(started: list[int], count: int) -> Iterator[bytes]:
    for number in range(count):
        started.append(number)
        yield str(number).encode()


def test_chunks_arrive_in_order() -> None:
    assert list(prefetch(counted([], 50), depth=2)) == [str(number).encode() for number in range(50)]


def test_reading_runs_only_a_few_chunks_ahead() -> None:
    started: list[int] = []
    reading = prefetch(counted(started, 50), depth=2)
    next(reading)
    assert len(started) <= 4
    reading.close()


def test_an_error_of_reading_is_raised_to_the_reader() -> None:
    def broken() -> Iterator[bytes]:
        yield b"a"
        raise KeyError("gone")

    reading = prefetch(broken())
    assert next(reading) == b"a"
    with pytest.raises(KeyError, match="gone"):
        next(reading)


def test_a_reader_that_stops_early_leaves_no_thread() -> None:
    before = threading.active_count()
    reading = prefetch(counted([], 10_000), depth=2)
    next(reading)
    reading.close()
    assert threading.active_count() == before
