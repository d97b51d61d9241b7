"""The Functions host dies in every state that a run can be in."""

import time

import pytest

from shared.core.states import State, rank
from shared.models.run import Run
from tests.e2e.world import ONE_OF_EACH, World, rows

STATES = (
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
"""Seconds for which Azure ML runs between two looks: less than any state lasts that waits for it."""
WRITES_ARRIVE = 0.1
"""Seconds after which a write has arrived that the host had sent before it was frozen."""


@pytest.mark.thorough
def test_a_host_killed_in_each_state_in_turn_still_ends_live(quick_world: World) -> None:
    kill_in = {f"dies-{state}": state for state in STATES}
    for project in kill_in:
        quick_world.upload(project, rows(40, "pebbles"))
    killed_in: list[State] = []
    quick_world.until(
        lambda: kill_once(kill_in, killed_in, quick_world), "the host to be killed in every state", every=SLICE
    )
    assert sorted(killed_in) == sorted(STATES)
    runs = [quick_world.until_state(run, State.LIVE) for run in crash_runs(quick_world)]
    assert len(runs) >= len(STATES)
    assert {run.project: quick_world.counts(run) for run in runs} == {run.project: ONE_OF_EACH for run in runs}


def kill_once(kill_in: dict[str, State], killed_in: list[State], world: World) -> bool:
    """Kill the host if a project's run is in the state to kill it in; whether no state is left.

    Azure ML is frozen meanwhile. Nearly every state waits for it, so the host does not have to be.
    """
    world.stack.freeze("azureml")
    runs = crash_runs(world)
    killed = killed_with([run for run in runs if kill_in.get(run.project) is run.state], world)
    world.stack.thaw("azureml")
    if killed:
        killed_in += [kill_in.pop(run.project) for run in killed]
        world.stack.restart("functions")
    for run in runs:
        if run.project in kill_in and rank(run.state) > rank(kill_in[run.project]):
            upload_again(run.project, kill_in, world)
    return not kill_in


def crash_runs(world: World) -> list[Run]:
    return [run for run in world.ports.runs.all() if run.project.startswith("dies")]


def upload_again(project: str, kill_in: dict[str, State], world: World) -> None:
    """Start a new project for a state that has passed between two looks, as may happen on a busy machine."""
    tries, _, state = project.removeprefix("dies").partition("-")
    again = f"dies{int(tries or 1) + 1}-{state}"
    kill_in[again] = kill_in.pop(project)
    world.upload(again, rows(40, "pebbles"))


def killed_with(runs: list[Run], world: World) -> list[Run]:
    """Kill the host if some of the runs are still in their states when all its writes have arrived; those runs."""
    if not runs:
        return []
    world.stack.freeze("functions")
    time.sleep(WRITES_ARRIVE)
    if unchanged := [run for run in runs if world.read(run).state is run.state]:
        world.stack.kill("functions")
    else:
        world.stack.thaw("functions")
    return unchanged
