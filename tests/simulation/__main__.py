"""More than a test has time for: ``python -m tests.simulation pairs`` or ``storms``; and what a violation prints.

pairs     every fault at every call of one upload's life, each with every second one; about an hour on two cores
storms    a million that no test has seen, in two to three hours; ``--first`` goes on where it was stopped
outcomes  how the storms that are part of the tests end, a line each: to compare the app before and after a change
replay    one schedule only, given as JSON: what happens in it, and what it violates

With ``--minutes`` pairs and storms stop after so long. Pairs are then shuffled, so that each ``--seed`` tries others.
"""

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from tests.progress import progress
from tests.simulation import crashes, replays
from tests.simulation.outcomes import outcomes
from tests.simulation.processes import begin, executor, run, said
from tests.simulation.simulation import Batch, violations
from tests.simulation.storm import TESTED, Storm

_STORMS: Final = 2000
"""What is done is told after so many."""
_FAULTS: Final = 10
"""And after so many first faults of pairs, each of which stands for some hundred lives."""


def main() -> int:
    """1 where anything was violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("part", choices=("pairs", "storms", "outcomes", "replay"))
    parser.add_argument("schedule", nargs="?", default="{}", help="to replay, as a violation prints it")
    parser.add_argument("--minutes", type=float, default=math.inf, help="at most")
    parser.add_argument("--storms", type=int, default=1_000_000, help="how many")
    parser.add_argument("--first", type=int, default=TESTED, help="number of the first storm")
    parser.add_argument("--seed", type=int, default=0, help="of the order of the pairs")
    asked = parser.parse_args()
    if asked.part == "replay":
        return _replay(asked.schedule)
    if asked.part == "outcomes":
        with executor() as processes:
            print(*outcomes(range(TESTED), processes), sep="\n")
        return 0
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


def _replay(written: str) -> int:
    begin()
    schedule = replays.read(json.loads(written))
    print(said(schedule))
    return 1 if violations(schedule) else 0


def _until(end: float, what: str, batches: Iterable[Batch], total: int, at_once: int) -> tuple[int, int]:
    """(how many were run, how many violated something: those are printed)"""
    done = wrong = 0
    with executor() as processes, progress(what, total) as advance:
        for portion in _portions(batches, at_once):
            found = run(portion, processes)
            done, wrong = done + len(portion), wrong + len(found)
            advance(len(portion))
            print(*found, f"{done:,} {what}: {wrong} violate something", sep="\n", flush=True)
            if time.monotonic() > end:
                break
    return done, wrong


def _portions(batches: Iterable[Batch], size: int) -> Iterator[list[Batch]]:
    left = iter(batches)
    while portion := list(islice(left, size)):
        yield portion


if __name__ == "__main__":
    sys.exit(main())
