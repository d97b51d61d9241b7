"""An upload's metadata changes while its job runs, and the process dies or loses a reply while that is found out."""

from tests.simulation import touches
from tests.simulation.conftest import Violations


def test_whatever_fails_meanwhile_the_job_goes_on(violations: Violations) -> None:
    schedules = touches.at_any_call()
    assert len(schedules) > 150
    assert violations(schedules) == []
