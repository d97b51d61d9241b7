"""``python -m tests.e2e.soak kills`` or ``burst``: what takes too long for a test, on the real stack.

kills     the Functions host is killed at random moments, 100 times
burst     1,000 uploads come at once, each told of three times

With ``--minutes`` less is done: kills for so long, or 20 uploads for each of them.
"""

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final

from local.stack import Stack
from tests.e2e.burst import MOST_JOBS, SETTINGS, burst, impatient, most_jobs_at_once
from tests.e2e.kills import drop, kill_at_random, lost_or_doubled, rested
from tests.e2e.world import World, joined, quick
from tests.progress import progress

_A_MINUTE: Final = 20
"""Uploads."""


def killed(world: World, most: int, minutes: float | None, seed: int) -> list[str]:
    """What is wrong after the host was killed that often, or for so long."""
    random, began, kills = Random(seed), time.monotonic(), 0
    with progress("kills", most) as advance:
        while kills < most and (minutes is None or time.monotonic() < began + 60 * minutes):
            drop(kills, world)
            kill_at_random(world, 1, random)
            kills += 1
            advance()
    wrong = lost_or_doubled(rested(world, kills), world)
    print(f"{kills} kills at random moments (seed {seed}): {len(wrong)} violations", flush=True)
    return wrong


def burst_upon(world: World, uploads: int, projects: int) -> list[str]:
    """What is wrong after so many uploads at once."""
    began = time.monotonic()
    with progress("runs at rest", uploads) as advance:
        runs = burst(world, uploads, projects, advance)
    seconds, most = time.monotonic() - began, most_jobs_at_once(world)
    throttled = sum(each["status"] == 429 for each in world.azureml.requests())
    wrong = lost_or_doubled(runs, world) + impatient(world)
    wrong += [f"{len(runs)} runs of {uploads} uploads"] if len(runs) != uploads else []
    wrong += [f"{most} jobs at once"] if most > MOST_JOBS else []
    print(f"{uploads} uploads, each told of three times, became {len(runs)} runs in {seconds:.0f} s, at most {most}")
    print(f"jobs at once, {throttled} requests throttled: {len(wrong)} violations", flush=True)
    return wrong


def on_a_fresh_stack(check: Callable[[World], list[str]]) -> list[str]:
    """What ``check`` finds on a stack that throttles and has caps; its logs stay if that is anything."""
    state = Path(mkdtemp(prefix="tunedrop-"))
    with Stack(quick(state, "--throttle", **SETTINGS)) as stack, joined(stack) as world:
        wrong = check(world)
    if wrong:
        return [*wrong, f"Logs: {state / 'logs'}"]
    rmtree(state)
    return []


def main() -> int:
    """0 where nothing is lost or doubled, and no limit passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.soak", description=__doc__)
    parser.add_argument("part", choices=("kills", "burst"))
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--kills", type=int, default=100, help="at most")
    parser.add_argument("--uploads", type=int, default=1000, help="at most")
    parser.add_argument("--projects", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    if given.part == "kills":
        check = partial(killed, most=given.kills, minutes=given.minutes, seed=given.seed)
    else:
        uploads = given.uploads if given.minutes is None else min(given.uploads, int(given.minutes * _A_MINUTE))
        check = partial(burst_upon, uploads=uploads, projects=given.projects)
    wrong = on_a_fresh_stack(check)
    for told in wrong:
        print(told)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
