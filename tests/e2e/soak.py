"""Soaks of the real stack, which take too long for a test: ``python -m tests.e2e.soak kills`` or ``burst``.

kills     kills the Functions host at random moments, 100 times
burst     uploads 1,000 files at once and delivers each event three times

``--minutes`` limits the soak: kills stop after so long, and a burst has 20 uploads for each minute.
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
from tests.e2e.burst import MOST_JOBS, SETTINGS, burst, early_retries, most_jobs_at_once
from tests.e2e.kills import drop, kill_at_random, lost_or_doubled, runs_at_rest
from tests.e2e.world import World, joined, quick
from tests.progress import progress

_UPLOADS_PER_MINUTE: Final = 20


def killed(world: World, most: int, minutes: float | None, seed: int) -> list[str]:
    """Kill the host that often, or for so long; what is wrong afterwards."""
    random, began, kills = Random(seed), time.monotonic(), 0
    with progress("kills", most) as advance:
        while kills < most and (minutes is None or time.monotonic() < began + 60 * minutes):
            drop(kills, world)
            kill_at_random(world, 1, random)
            kills += 1
            advance()
    problems = lost_or_doubled(runs_at_rest(world, kills), world)
    print(f"{kills} kills at random moments (seed {seed}): {len(problems)} violations", flush=True)
    return problems


def burst_upon(world: World, uploads: int, projects: int) -> list[str]:
    """Upload that many files at once; what is wrong afterwards."""
    began = time.monotonic()
    with progress("runs at rest", uploads) as advance:
        runs = burst(world, uploads, projects, advance)
    seconds, jobs = time.monotonic() - began, most_jobs_at_once(world)
    throttled = sum(request["status"] == 429 for request in world.azureml.requests())
    problems = lost_or_doubled(runs, world) + early_retries(world)
    problems += [f"{len(runs)} runs of {uploads} uploads"] if len(runs) != uploads else []
    problems += [f"{jobs} jobs at the same time; the limit is {MOST_JOBS}"] if jobs > MOST_JOBS else []
    print(f"{uploads} uploads, with each event delivered three times, became {len(runs)} runs in {seconds:.0f} s.")
    print(f"At most {jobs} jobs ran at the same time. {throttled} requests were throttled: {len(problems)} violations")
    return problems


def on_a_fresh_stack(check: Callable[[World], list[str]]) -> list[str]:
    """Run a check on a new stack that throttles and has limits. If it finds problems, the stack's logs are kept."""
    state = Path(mkdtemp(prefix="tunedrop-"))
    with Stack(quick(state, "--throttle", **SETTINGS)) as stack, joined(stack) as world:
        problems = check(world)
    if problems:
        return [*problems, f"Logs: {state / 'logs'}"]
    rmtree(state)
    return []


def main() -> int:
    """0 if nothing was lost or doubled and all limits were respected."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.soak", description=__doc__)
    parser.add_argument("part", choices=("kills", "burst"))
    parser.add_argument("--minutes", type=float, help="limit the soak to about so many minutes")
    parser.add_argument("--kills", type=int, default=100, help="stop after so many kills")
    parser.add_argument("--uploads", type=int, default=1000, help="number of uploads")
    parser.add_argument("--projects", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    minutes, uploads = arguments.minutes, arguments.uploads
    if arguments.part == "kills":
        check = partial(killed, most=arguments.kills, minutes=minutes, seed=arguments.seed)
    else:
        uploads = uploads if minutes is None else min(uploads, int(minutes * _UPLOADS_PER_MINUTE))
        check = partial(burst_upon, uploads=uploads, projects=arguments.projects)
    problems = on_a_fresh_stack(check)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
