"""The Functions host dies at random moments."""

from random import Random

from shared.core.states import State
from tests.e2e.kills import drop, kill_at_random, killed_runs, lost_or_doubled, runs_at_rest
from tests.e2e.world import World

KILLS = 5


def test_a_host_killed_at_random_moments_loses_and_doubles_nothing(quick_world: World) -> None:
    """The kills begin after preparation. A host that dies in it keeps its claim for 90 s; ``test_crashes`` has that."""
    for number in range(KILLS):
        drop(number, quick_world)
    quick_world.until(lambda: past_preparation(quick_world) == KILLS, "every upload to be prepared")
    kill_at_random(quick_world, KILLS, Random(5))
    assert lost_or_doubled(runs_at_rest(quick_world, KILLS), quick_world) == []


def past_preparation(world: World) -> int:
    return sum(run.state is not State.RECEIVED for run in killed_runs(world))
