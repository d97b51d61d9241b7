"""Two workers, every interleaving in which they preempt each other at most twice."""

from tests.simulation import interleavings
from tests.simulation.conftest import Share, Violations


def test_two_workers_may_advance_one_run(violations: Violations, share: Share) -> None:
    assert violations(share(interleavings.of_one_run())) == []


def test_two_runs_of_a_project_and_the_reaper_may_meet_at_its_endpoint(violations: Violations, share: Share) -> None:
    assert violations(share(interleavings.of_two_runs())) == []
