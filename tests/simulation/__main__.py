"""More than a test has time for: ``python -m tests.simulation --minutes 10``.

Half of the time goes to pairs of any two faults (in an order that the seed shuffles, until all are through), the
rest to storms that no test has seen. A million storms take about four hours on two cores.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from itertools import count, islice

from tests.simulation import crashes
from tests.simulation.processes import executor, run
from tests.simulation.simulation import Schedule
from tests.simulation.storm import TESTED, Storm


def main() -> int:
    """1 where anything was violated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0, help="of the order of the pairs")
    parser.add_argument("--first", type=int, default=TESTED, help="the first storm")
    asked = parser.parse_args()
    began = time.monotonic()
    pairs = crashes.failing_twice()
    random.Random(asked.seed).shuffle(pairs)
    with executor() as processes:
        well = _until(began + 30 * asked.minutes, "first faults, each with every second one", pairs, 20, processes)
        storms = map(Storm, count(asked.first))
        well &= _until(began + 60 * asked.minutes, f"storms from {asked.first} on", storms, 1000, processes)
    return 0 if well else 1


def _until(end: float, what: str, schedules: Iterable[Schedule], at_once: int, processes: Executor) -> bool:
    """Whether nothing was violated."""
    done, wrong = 0, 0
    for batch in _batches(schedules, at_once):
        for told in run(batch, processes):
            wrong += 1
            print(told, flush=True)
        done += len(batch)
        if time.monotonic() > end:
            break
    print(f"{done} {what}: {wrong} violate something", flush=True)
    return wrong == 0


def _batches(schedules: Iterable[Schedule], size: int) -> Iterator[list[Schedule]]:
    left = iter(schedules)
    while batch := list(islice(left, size)):
        yield batch


if __name__ == "__main__":
    sys.exit(main())
