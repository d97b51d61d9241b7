"""Workers whose clocks are a minute apart."""

from tests.simulation import clocks
from tests.simulation.conftest import Verdict


def test_workers_may_have_clocks_that_are_a_minute_apart(verdict: Verdict) -> None:
    assert verdict(clocks.a_minute_apart()) == []
