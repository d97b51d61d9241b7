"""``python -m tests.e2e.soak``: what takes too long for a test.

The Functions host is killed at random moments, at least 100 times and for as long as asked; then 1,000 uploads
come at once, each told of three times.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from local.stack import Stack
from tests.e2e.burst import MOST_JOBS, SETTINGS, burst, impatient, most_jobs_at_once
from tests.e2e.kills import drop, kill_at_random, lost_or_doubled, rested
from tests.e2e.world import World, joined, quick


def killed(world: World, least: int, minutes: float, seed: int) -> list[str]:
    """What is wrong after the host was killed that often."""
    random, deadline, kills = Random(seed), time.monotonic() + 60 * minutes, 0
    while kills < least or time.monotonic() < deadline:
        drop(kills, world)
        kill_at_random(world, 1, random)
        kills += 1
    wrong = lost_or_doubled(rested(world, kills), world)
    print(f"{kills} kills at random moments (seed {seed}): {len(wrong)} violations", flush=True)
    return wrong


def burst_upon(world: World, uploads: int, projects: int) -> list[str]:
    """What is wrong after so many uploads at once."""
    began = time.monotonic()
    runs = burst(world, uploads, projects)
    seconds, most = time.monotonic() - began, most_jobs_at_once(world)
    throttled = sum(each["status"] == 429 for each in world.azureml.requests())
    wrong = lost_or_doubled(runs, world) + impatient(world)
    wrong += [f"{len(runs)} runs of {uploads} uploads"] if len(runs) != uploads else []
    wrong += [f"{most} jobs at once"] if most > MOST_JOBS else []
    print(f"{uploads} uploads, each told of three times, became {len(runs)} runs in {seconds:.0f} s, at most {most}")
    print(f"jobs at once, {throttled} requests throttled: {len(wrong)} violations", flush=True)
    return wrong


def on_a_fresh_stack(check: Callable[[World], list[str]]) -> list[str]:
    """What ``check`` finds on a stack that throttles and has caps."""
    with (
        TemporaryDirectory(prefix="tunedrop-") as state,
        Stack(quick(Path(state), "--throttle", **SETTINGS)) as stack,
        joined(stack) as world,
    ):
        return check(world)


def main() -> int:
    """0 where nothing is lost or doubled, and no limit passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="of kills, at least")
    parser.add_argument("--kills", type=int, default=100, help="at least")
    parser.add_argument("--uploads", type=int, default=1000)
    parser.add_argument("--projects", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    wrong = on_a_fresh_stack(lambda world: killed(world, given.kills, given.minutes, given.seed))
    wrong += on_a_fresh_stack(lambda world: burst_upon(world, given.uploads, given.projects))
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
