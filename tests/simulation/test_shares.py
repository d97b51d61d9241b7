"""Both shares together are a whole suite."""

from tests.simulation.shares import every_seventh, the_others


def test_every_schedule_is_in_exactly_one_share() -> None:
    assert every_seventh(range(22)) == [0, 7, 14, 21]
    assert sorted(every_seventh(range(22)) + the_others(range(22))) == list(range(22))
