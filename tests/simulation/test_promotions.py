"""Azure refuses a promotion, and the process dies or loses a reply while the app rolls back."""

from tests.simulation import promotions
from tests.simulation.conftest import Verdict


def test_the_previous_champion_serves_on_whatever_fails_during_a_roll_back(verdict: Verdict) -> None:
    schedules = promotions.at_any_call()
    assert len(schedules) > 150
    assert verdict(schedules) == []
