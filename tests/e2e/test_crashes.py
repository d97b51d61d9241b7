"""The Functions host dies in every state a run can be in."""

import time

import pytest

from shared.core.states import State, rank
from shared.models.run import Run
from tests.e2e.world import ONE_OF_EACH, World, rows

MORTAL = (
    State.RECEIVED,
    State.PREPARED,
    State.SUBMITTED,
    State.TRAINED,
    State.REGISTERED,
    State.DEPLOYING,
    State.DEPLOYED,
    State.EVALUATED,
    State.LIVE,
)
SLICE = 0.01
"""Seconds that Azure ML answers between two looks: less than any state lasts that waits for it."""
LANDS = 0.1
"""Seconds after which a write that was on its way when the host froze has arrived."""


@pytest.mark.thorough
def test_a_host_killed_in_each_state_in_turn_still_ends_live(quick_world: World) -> None:
    doomed = {f"dies-{state}": state for state in MORTAL}
    for project in doomed:
        quick_world.upload(project, rows(40, "pebbles"))
    killed: list[State] = []
    quick_world.until(
        lambda: kill_once(doomed, killed, quick_world), "the host to be killed in every state", every=SLICE
    )
    assert sorted(killed) == sorted(MORTAL)
    runs = [quick_world.until_state(run, State.LIVE) for run in everyones(quick_world)]
    assert len(runs) >= len(MORTAL)
    assert {run.project: quick_world.counts(run) for run in runs} == {run.project: ONE_OF_EACH for run in runs}


def kill_once(doomed: dict[str, State], killed: list[State], world: World) -> bool:
    """Kill the host if a run is in the state it shall be killed in; whether nothing is left to kill for.

    While one looks, Azure ML stands still: nearly every state waits for it, and the host needs no rest.
    """
    world.stack.freeze("azureml")
    runs = everyones(world)
    found = caught(dying(runs, doomed), world)
    world.stack.thaw("azureml")
    if found:
        killed += [doomed.pop(run.project) for run in found]
        world.stack.restart("functions")
    for run in runs:
        if run.project in doomed and rank(run.state) > rank(doomed[run.project]):
            try_again(run.project, doomed, world)
    return not doomed


def everyones(world: World) -> list[Run]:
    return [run for run in world.ports.runs.all() if run.project.startswith("dies")]


def try_again(project: str, doomed: dict[str, State], world: World) -> None:
    """A state may pass between two looks on a busy machine: a new project shall be caught in it."""
    tries, _, state = project.removeprefix("dies").partition("-")
    again = f"dies{int(tries or 1) + 1}-{state}"
    doomed[again] = doomed.pop(project)
    world.upload(again, rows(40, "pebbles"))


def dying(runs: list[Run], doomed: dict[str, State]) -> list[Run]:
    return [run for run in runs if doomed.get(run.project) is run.state]


def caught(found: list[Run], world: World) -> list[Run]:
    """Those that are still in that state once everything that was on its way has arrived; they lose their host."""
    if not found:
        return []
    world.stack.freeze("functions")
    time.sleep(LANDS)
    if still := [run for run in found if world.read(run).state is run.state]:
        world.stack.kill("functions")
    else:
        world.stack.thaw("functions")
    return still
