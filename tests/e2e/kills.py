"""The Functions host is killed at moments that nobody chose."""

import time
from random import Random

from shared.core.durations import FAILED_MESSAGE_AGAIN_AFTER
from shared.core.states import ENDS, State
from shared.models.run import Run
from tests.e2e.world import ONE_OF_ITS_OWN, PATIENCE, NotYetError, World, rows

PROJECTS = 5
LONGEST = 1.5
"""Seconds that the host lives at most, counted from when it listens."""


def drop(number: int, world: World) -> None:
    """A file of its own, in one of a few projects."""
    world.upload(f"killed{number % PROJECTS}", rows(40, f"pebbles of heap {number}"), name=f"{number}.jsonl")


def kill_at_random(world: World, kills: int, random: Random) -> None:
    """Kill the host again and again."""
    for _ in range(kills):
        time.sleep(random.uniform(0, LONGEST))
        world.stack.kill("functions")
        world.stack.restart("functions")


def rested(world: World, count: int) -> list[Run]:
    """So many runs, once all have come to rest: also one whose message five kills in a row have met."""

    def at_last() -> bool:
        found = everyones(world)
        return len(found) == count and all(map(at_rest, found))

    try:
        world.until(at_last, "every run to rest", patience=FAILED_MESSAGE_AGAIN_AFTER.total_seconds() + patience(count))
    except NotYetError as late:
        late.add_note("\n".join(f"{run.run_id}: {run.state}" for run in everyones(world) if not at_rest(run)))
        raise
    return everyones(world)


def patience(runs: int) -> float:
    """Far more than so many runs take on a busy machine."""
    return max(PATIENCE, 6.0 * runs)


def everyones(world: World) -> list[Run]:
    return [run for run in world.ports.runs.all() if run.project.startswith("killed")]


def at_rest(run: Run) -> bool:
    """Nothing is left to be done, nor to be told: that is asked for again a claim's time after the host was killed."""
    return (run.state is State.LIVE or run.state in ENDS) and not run.outbox


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
