"""Azure ML answers a read with any of the last three states of the resource."""

from tests.simulation import stale
from tests.simulation.conftest import Share, Verdict


def test_reads_of_azure_ml_may_be_stale(verdict: Verdict, share: Share) -> None:
    schedules = stale.at_any_read()
    assert len(schedules) > 400
    assert verdict(share(schedules)) == []
