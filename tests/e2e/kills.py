"""The Functions host is killed at random moments."""

import time
from random import Random

from shared.core.durations import FAILED_MESSAGE_AGAIN_AFTER
from shared.core.states import ENDS, State
from shared.models.run import Run
from tests.e2e.world import ONE_OF_ITS_OWN, TIMEOUT, NotInTimeError, World, rows

PROJECTS = 5
LONGEST_LIFE = 1.5
"""Most seconds between the host's start and its end."""


def drop(number: int, world: World) -> None:
    """Upload a new file to one of a few projects."""
    world.upload(f"killed{number % PROJECTS}", rows(40, f"pebbles of heap {number}"), name=f"{number}.jsonl")


def kill_at_random(world: World, kills: int, random: Random) -> None:
    """Kill and restart the host ``kills`` times."""
    for _ in range(kills):
        time.sleep(random.uniform(0, LONGEST_LIFE))
        world.stack.kill("functions")
        world.stack.restart("functions")


def runs_at_rest(world: World, count: int) -> list[Run]:
    """Wait until there are ``count`` runs and all are at rest, even if a message failed five times because of kills."""

    def all_rest() -> bool:
        runs = killed_runs(world)
        return len(runs) == count and all(map(at_rest, runs))

    timeout = FAILED_MESSAGE_AGAIN_AFTER.total_seconds() + timeout_for(count)
    try:
        world.until(all_rest, "every run to rest", timeout=timeout)
    except NotInTimeError as late:
        late.add_note("\n".join(f"{run.run_id}: {run.state}" for run in killed_runs(world) if not at_rest(run)))
        raise
    return killed_runs(world)


def timeout_for(runs: int) -> float:
    """Seconds: far more than so many runs take on a busy machine."""
    return max(TIMEOUT, 6.0 * runs)


def killed_runs(world: World) -> list[Run]:
    return [run for run in world.ports.runs.all() if run.project.startswith("killed")]


def at_rest(run: Run) -> bool:
    """Whether a run has nothing left to do and no notice left to send."""
    return (run.state is State.LIVE or run.state in ENDS) and not run.outbox


def lost_or_doubled(runs: list[Run], world: World) -> list[str]:
    """What is wrong with the runs. Each must have gone live once, with one resource of each kind."""
    requests = world.requests()
    problems = []
    for run in runs:
        if (made := world.made_by(run, requests)) != ONE_OF_ITS_OWN:
            problems.append(f"{run.run_id}: {made}")
        timeline = world.ports.runs.timeline(run.run_id, run.project)
        if [entry.seq for entry in timeline] != list(range(1, run.seq + 1)):
            problems.append(f"{run.run_id}: its timeline has a gap")
        if [entry.state for entry in timeline].count(State.LIVE) != 1:
            problems.append(f"{run.run_id}: {run.state}, {run.results.error}")
    return problems
