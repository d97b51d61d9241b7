"""Workers whose clocks are a minute apart."""

from tests.simulation import clocks
from tests.simulation.conftest import Violations


def test_clocks_may_be_a_minute_apart(violations: Violations) -> None:
    assert violations(clocks.a_minute_apart()) == []
