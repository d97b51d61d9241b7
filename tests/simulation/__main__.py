"""Long runs of the simulator, and replays of single schedules: ``python -m tests.simulation PART``.

pairs     every two faults in one upload's life; about an hour on two cores
storms    a million storms that no test runs, in two to three hours; ``--first`` continues an earlier run
outcomes  how each storm of the tests ends, a line each: compare them before and after a change of the app
replay    one schedule, given as JSON: what happens in it, and what it violates

``--minutes`` limits pairs and storms. Pairs are shuffled, so that each ``--seed`` tries others.
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
from tests.simulation.processes import executor, report, run, set_up_process
from tests.simulation.simulation import Batch, violations
from tests.simulation.storm import TESTED, Storm

_STORMS: Final = 2000
"""Storms between two reports of progress."""
_FAULTS: Final = 10
"""First faults of pairs between two reports; each stands for some hundred lives."""


def main() -> int:
    """1 if anything was violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("part", choices=("pairs", "storms", "outcomes", "replay"))
    parser.add_argument("schedule", nargs="?", default="{}", help="the schedule to replay, as a violation prints it")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after this long")
    parser.add_argument("--storms", type=int, default=1_000_000, help="how many storms")
    parser.add_argument("--first", type=int, default=TESTED, help="number of the first storm")
    parser.add_argument("--seed", type=int, default=0, help="seed of the order of the pairs")
    arguments = parser.parse_args()
    if arguments.part == "replay":
        return _replay(arguments.schedule)
    if arguments.part == "outcomes":
        with executor() as processes:
            print(*outcomes(range(TESTED), processes), sep="\n")
        return 0
    end = time.monotonic() + 60 * arguments.minutes
    if arguments.part == "storms":
        storms = map(Storm, range(arguments.first, arguments.first + arguments.storms))
        done, wrong = _until(end, f"storms from {arguments.first:,} on", storms, arguments.storms, _STORMS)
        print(f"Continue with --first {arguments.first + done}.")
        return min(wrong, 1)
    pairs = crashes.failing_twice()
    random.Random(arguments.seed).shuffle(pairs)
    _, wrong = _until(end, "first faults, each with every second fault", pairs, len(pairs), _FAULTS)
    return min(wrong, 1)


def _replay(written: str) -> int:
    set_up_process()
    schedule = replays.read(json.loads(written))
    print(report(schedule))
    return 1 if violations(schedule) else 0


def _until(end: float, what: str, batches: Iterable[Batch], total: int, at_once: int) -> tuple[int, int]:
    """Run batches and print violations; (how many batches were run, how many schedules violated something)."""
    done = wrong = 0
    with executor() as processes, progress(what, total) as advance:
        for portion in _portions(batches, at_once):
            reports = run(portion, processes)
            done, wrong = done + len(portion), wrong + len(reports)
            advance(len(portion))
            print(*reports, f"{done:,} {what}: {wrong} violate something", sep="\n", flush=True)
            if time.monotonic() > end:
                break
    return done, wrong


def _portions(batches: Iterable[Batch], size: int) -> Iterator[list[Batch]]:
    left = iter(batches)
    while portion := list(islice(left, size)):
        yield portion


if __name__ == "__main__":
    sys.exit(main())
