"""The Functions host dies in every state a run can be in."""

import pytest

from shared.models.run import Run
from shared.states import State
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


@pytest.mark.parametrize("state", MORTAL, ids=str)
def test_a_host_killed_in_any_state_still_ends_live(state: State, world: World) -> None:
    run = world.drop(f"dies-{state}", rows(40, "pebbles"))
    kill_within(state, run, world)
    run = world.until_state(run, State.LIVE)
    assert world.counts(run) == ONE_OF_EACH


def kill_within(state: State, run: Run, world: World) -> None:
    """Kill the host while the record says ``state``, and start it again."""
    world.until(lambda: world.read(run).state is state, f"{run.run_id} to be {state}", every=0.01)
    world.stack.kill("functions")
    try:
        assert world.read(run).state is state, "The host was killed too late to count."
    finally:
        world.stack.restart("functions")
