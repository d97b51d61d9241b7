"""The process dies, Azure throttles, fails or keeps its reply: at every call of one upload's life, and at every two."""

from tests.simulation import crashes
from tests.simulation.conftest import Verdict


def test_any_call_may_fail_in_any_way(verdict: Verdict) -> None:
    schedules = crashes.once()
    assert len(schedules) > 750
    assert verdict(schedules) == []


def test_process_may_die_at_any_two_calls(verdict: Verdict) -> None:
    assert verdict(crashes.crashing_twice()) == []
