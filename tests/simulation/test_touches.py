"""An upload's metadata changes while its job runs, and the process dies or loses a reply while the app finds out."""

from tests.simulation import touches
from tests.simulation.conftest import Verdict


def test_the_job_continues_whatever_fails_meanwhile(verdict: Verdict) -> None:
    schedules = touches.at_any_call()
    assert len(schedules) > 150
    assert verdict(schedules) == []
