"""Azure ML answers with any of the last three states of what it is asked for."""

from tests.simulation import stale
from tests.simulation.conftest import Share, Violations


def test_reads_may_be_behind(violations: Violations, share: Share) -> None:
    schedules = stale.at_any_read()
    assert len(schedules) > 400
    assert violations(share(schedules)) == []
