"""More than a test has time for: ``python -m tests.simulation pairs`` or ``storms``.

pairs     every fault at every call of one upload's life, each with every second one; about half an hour on two cores
storms    a million that no test has seen, in about an hour and a half; ``--first`` goes on where it was stopped

With ``--minutes`` either stops after so long. Pairs are then shuffled, so that each ``--seed`` tries others.
"""

import argparse
import math
import random
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from tests.progress import progress
from tests.simulation import crashes
from tests.simulation.processes import executor, run
from tests.simulation.simulation import Schedule
from tests.simulation.storm import TESTED, Storm

_STORMS: Final = 2000
"""What is done is told after so many."""
_FAULTS: Final = 10
"""And after so many first faults of pairs, each of which stands for some hundred lives."""


def main() -> int:
    """1 where anything was violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("part", choices=("pairs", "storms"))
    parser.add_argument("--minutes", type=float, default=math.inf, help="at most")
    parser.add_argument("--storms", type=int, default=1_000_000, help="how many")
    parser.add_argument("--first", type=int, default=TESTED, help="number of the first storm")
    parser.add_argument("--seed", type=int, default=0, help="of the order of the pairs")
    asked = parser.parse_args()
    end = time.monotonic() + 60 * asked.minutes
    if asked.part == "storms":
        storms = map(Storm, range(asked.first, asked.first + asked.storms))
        done, wrong = _until(end, f"storms from {asked.first:,} on", storms, asked.storms, _STORMS)
        print(f"The next one is --first {asked.first + done}.")
        return min(wrong, 1)
    pairs = crashes.failing_twice()
    random.Random(asked.seed).shuffle(pairs)
    _, wrong = _until(end, "faults, each with every second one", pairs, len(pairs), _FAULTS)
    return min(wrong, 1)


def _until(end: float, what: str, schedules: Iterable[Schedule], total: int, at_once: int) -> tuple[int, int]:
    """(how many were run, how many violated something: those are printed)"""
    done = wrong = 0
    with executor() as processes, progress(what, total) as advance:
        for batch in _batches(schedules, at_once):
            found = run(batch, processes)
            done, wrong = done + len(batch), wrong + len(found)
            advance(len(batch))
            print(*found, f"{done:,} {what}: {wrong} violate something", sep="\n", flush=True)
            if time.monotonic() > end:
                break
    return done, wrong


def _batches(schedules: Iterable[Schedule], size: int) -> Iterator[list[Schedule]]:
    left = iter(schedules)
    while batch := list(islice(left, size)):
        yield batch


if __name__ == "__main__":
    sys.exit(main())
