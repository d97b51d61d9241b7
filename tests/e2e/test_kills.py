"""The Functions host dies at random moments."""

from random import Random

from tests.e2e.kills import kill_at_random, lost_or_doubled
from tests.e2e.world import World

KILLS = 5


def test_a_host_killed_at_random_moments_loses_and_doubles_nothing(quick_world: World) -> None:
    runs = kill_at_random(quick_world, KILLS, Random(5))
    assert len(runs) == KILLS
    assert lost_or_doubled(runs, quick_world) == []
