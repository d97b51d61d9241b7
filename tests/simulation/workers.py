"""Two workers at once: one of them runs at a time, and hands over where it is told to."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from tests.simulation.simulation import Simulation

Invocation = Callable[[], Any]


class TakingTurns:
    """Both invocations, by turns.

    Args:
        turns: how many calls of the ports the first makes, then the second, then the first again …; after the
            last turn each runs to its end.
    """

    def __init__(self, simulation: Simulation, first: Invocation, second: Invocation, turns: Iterable[int]) -> None:
        self.preempted = 0
        """How often a worker had to hand over before it was at its end."""
        self._simulation = simulation
        self._invocations = (first, second)
        self._turns = iter(turns)
        self._left = next(self._turns, None)
        self._current = 0
        self._ended = [False, False]
        self._may_run = (threading.Semaphore(0), threading.Semaphore(0))
        self._error: BaseException | None = None

    def run(self) -> None:
        """Until both have ended. An error that is no planned failure is raised here."""
        faults = self._simulation.faults
        alone, faults.before = faults.before, self._before
        threads = [threading.Thread(target=self._work, args=(number,)) for number in (0, 1)]
        for thread in threads:
            thread.start()
        self._may_run[0].release()
        for thread in threads:
            thread.join()
        faults.before = alone
        if self._error is not None:
            raise self._error

    def _work(self, number: int) -> None:
        self._may_run[number].acquire()
        try:
            self._simulation.do(self._invocations[number])
        except Exception as error:
            self._error = error
        self._ended[number] = True
        if not self._ended[1 - number]:
            self._hand_over()

    def _before(self, name: str) -> None:
        """A worker whose turn is over waits here for its next one."""
        if self._left == 0 and not self._ended[1 - self._current]:
            self.preempted += 1
            mine = self._may_run[self._current]
            self._hand_over()
            mine.acquire()
        if self._left:
            self._left -= 1

    def _hand_over(self) -> None:
        self._left = next(self._turns, None)
        self._current = 1 - self._current
        self._may_run[self._current].release()
