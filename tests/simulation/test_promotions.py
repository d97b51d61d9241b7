"""A promotion that Azure refuses, and a process that dies or loses a reply while it is undone."""

from tests.simulation import promotions
from tests.simulation.conftest import Violations


def test_whatever_fails_while_a_promotion_is_undone_the_earlier_champion_serves(violations: Violations) -> None:
    schedules = promotions.at_any_call()
    assert len(schedules) > 150
    assert violations(schedules) == []
