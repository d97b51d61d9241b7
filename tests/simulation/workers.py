"""Two workers that take turns: only one runs at a time, and it hands over after a given number of calls."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, Final

from tests.doubles.faults import Faults

Invocation = Callable[[], Any]
_THREADS: Final = ThreadPoolExecutor(2, "worker")
"""One thread for each worker. They are reused, because starting a thread takes longer than its work."""


class TakingTurns:
    """Runs two invocations in turns.

    Args:
        do: runs an invocation and returns whether it succeeded.
        turns: how many calls of the ports the first makes, then the second, then the first again …; after the
            last turn each runs to its end.
    """

    def __init__(self, faults: Faults, do: Callable[[Invocation], bool], turns: Iterable[int]) -> None:
        self.cut = 0
        """How many turns ended before their worker had ended."""
        self.succeeded = [False, False]
        self._faults = faults
        self._do = do
        self._turns = iter(turns)
        self._left = next(self._turns, None)
        self._current = 0
        self._ended = [False, False]
        self._may_run = (threading.Semaphore(0), threading.Semaphore(0))

    def run(self, first: Invocation, second: Invocation) -> None:
        """Run both to their end. An unplanned error of either is raised here."""
        self._faults.before = self._before
        work = [_THREADS.submit(self._work, *numbered) for numbered in enumerate((first, second))]
        self._may_run[0].release()
        wait(work)
        self._faults.before = None
        for future in work:
            future.result()

    def _work(self, number: int, invocation: Invocation) -> None:
        self._may_run[number].acquire()
        try:
            self.succeeded[number] = self._do(invocation)
        finally:
            self._ended[number] = True
            if not self._ended[1 - number]:
                self._hand_over()

    def _before(self, name: str) -> None:
        """A worker whose turn is over waits here for its next one."""
        if self._left == 0 and not self._ended[1 - self._current]:
            self.cut += 1
            mine = self._may_run[self._current]
            self._hand_over()
            mine.acquire()
        if self._left:
            self._left -= 1

    def _hand_over(self) -> None:
        self._left = next(self._turns, None)
        self._current = 1 - self._current
        self._may_run[self._current].release()
