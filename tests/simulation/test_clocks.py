"""Workers whose clocks are a minute apart."""

from tests.simulation import clocks
from tests.simulation.conftest import Verdict


def test_clocks_may_be_a_minute_apart(verdict: Verdict) -> None:
    assert verdict(clocks.a_minute_apart()) == []
