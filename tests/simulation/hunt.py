"""Finds a schedule that catches each mutant: ``python -m tests.simulation.hunt [NAME ...]``.

It runs a mutant's suite until something is violated, shrinks the schedule, and stores it in ``caught.json``. If the
stored schedule of a mutant still catches it, the mutant is not hunted again.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import as_completed
from itertools import chain
from pathlib import Path
from typing import Any, Final

from tests.simulation import (
    clocks,
    crashes,
    interleavings,
    lives,
    overwrites,
    promotions,
    replays,
    slow,
    stale,
    touches,
)
from tests.simulation.mutants import Mutant, mutants
from tests.simulation.processes import executor
from tests.simulation.shrink import shrunk
from tests.simulation.simulation import Batch, Single, violations
from tests.simulation.storm import TESTED, Storm

Caught = dict[str, Any]
"""``schedule``; what happens in it (``description``); and its first violation (``violation``)."""
_FILE: Final = Path(__file__).with_name("caught.json")

SUITES: Final[Mapping[str, Callable[[], Iterable[Batch]]]] = {
    "quiet lives": lives.undisturbed,
    "faults": crashes.once,
    "two workers": interleavings.of_one_run,
    "a cancel": interleavings.of_a_cancel,
    "a poison message": interleavings.of_a_poison_message,
    "two runs": interleavings.of_two_runs,
    "a challenger": interleavings.of_a_challenger,
    "the reaper": interleavings.of_the_reaper,
    "the last slot": interleavings.of_the_last_slot,
    "overwrites": overwrites.at_any_moment,
    "slow calls": slow.while_a_person_cancels,
    "touches": touches.at_any_call,
    "refused promotions": promotions.at_any_call,
    "clocks": clocks.a_minute_apart,
    "stale reads": stale.at_any_read,
    "storms": lambda: map(Storm, range(TESTED)),
}


def caught() -> dict[str, Caught]:
    """The stored schedule of each mutant, by the mutant's name."""
    stored: dict[str, Caught] = json.loads(_FILE.read_text(encoding="utf-8"))
    return stored


def replayed(mutant: Mutant, schedule: Single) -> list[str]:
    """The violations of a schedule in the app with a bug."""
    with mutant.seeded():
        return violations(schedule)


def hunted(mutant: Mutant, known: Caught | None) -> Caught | None:
    """A schedule that catches a mutant; ``None``: none in its suite does."""
    suite = SUITES[mutant.suite]()
    with mutant.seeded():
        again = _caught(replays.read(known["schedule"])) if known else None
        if again and again["violation"]:
            return again
        runs = chain.from_iterable(batch.runs() for batch in suite)
        first = next((schedule for schedule, wrong in runs if wrong), None)
        return _caught(shrunk(first)) if first else None


def _caught(schedule: Single) -> Caught:
    violation = next(iter(violations(schedule)), "")
    return {"schedule": replays.written(schedule), "description": replays.described(schedule), "violation": violation}


def main() -> int:
    """1 if a mutant was not caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="mutants to hunt again")
    names = parser.parse_args().names
    known = caught()
    for name in names:
        known.pop(name, None)
    with executor() as processes:
        hunts = {processes.submit(hunted, mutant, known.get(mutant.name)): mutant.name for mutant in mutants()}
        for hunt in as_completed(hunts):
            _store(hunts[hunt], hunt.result(), known)
    return 0 if known.keys() >= {mutant.name for mutant in mutants()} else 1


def _store(name: str, result: Caught | None, known: dict[str, Caught]) -> None:
    """Store a schedule, and forget those of mutants that no longer exist."""
    known.pop(name, None)
    known |= {name: result} if result else {}
    print(f"{name}: {result['violation'] if result else 'not caught'}", flush=True)
    stored = {mutant.name: known[mutant.name] for mutant in mutants() if mutant.name in known}
    _FILE.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
