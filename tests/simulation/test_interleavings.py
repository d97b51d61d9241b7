"""Two workers: every interleaving in which they preempt each other at most twice."""

from tests.simulation import interleavings
from tests.simulation.conftest import Share, Verdict


def test_two_workers_may_advance_one_run(verdict: Verdict, share: Share) -> None:
    assert verdict(share(interleavings.of_one_run())) == []


def test_two_runs_and_the_reaper_may_change_an_endpoint_at_the_same_time(verdict: Verdict, share: Share) -> None:
    assert verdict(share(interleavings.of_two_runs())) == []
