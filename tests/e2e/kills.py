"""The Functions host is killed at moments that nobody chose."""

import time
from random import Random

from shared.models.run import Run
from shared.states import ENDS, State
from tests.e2e.world import ONE_OF_ITS_OWN, World, rows

PROJECTS = 5
LONGEST = 1.5
"""Seconds that the host lives at most, counted from when it listens."""


def kill_at_random(world: World, kills: int, random: Random) -> list[Run]:
    """Drop a file and kill the host, again and again; the runs once all have come to rest."""
    for number in range(kills):
        world.upload(f"killed{number % PROJECTS}", rows(40 + number, f"pebbles of heap {number}"), name=f"{number}.jsonl")
        time.sleep(random.uniform(0, LONGEST))
        world.stack.kill("functions")
        world.stack.restart("functions")
    world.until(lambda: len(everyones(world)) == kills and all(map(at_rest, everyones(world))), "every run to rest")
    return everyones(world)


def everyones(world: World) -> list[Run]:
    return [run for run in world.ports.runs.all() if run.project.startswith("killed")]


def at_rest(run: Run) -> bool:
    return run.state is State.LIVE or run.state in ENDS


def lost_or_doubled(runs: list[Run], world: World) -> list[str]:
    """What is wrong with the runs: each has gone live once, with one of each thing of its own."""
    requests = world.requests()
    found = [f"{run.run_id}: {made}" for run in runs if (made := world.made_by(run, requests)) != ONE_OF_ITS_OWN]
    for run in runs:
        timeline = world.ports.runs.timeline(run.run_id, run.project)
        if [entry.seq for entry in timeline] != list(range(1, run.seq + 1)):
            found.append(f"{run.run_id}: its timeline has a gap")
        if [entry.state for entry in timeline].count(State.LIVE) != 1:
            found.append(f"{run.run_id}: {run.state}, {run.results.error}")
    return found
