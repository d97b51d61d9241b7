"""Lives in which nothing fails."""

from tests.simulation.conftest import Verdict
from tests.simulation.lives import undisturbed


def test_every_life_ends_well_when_nothing_fails(verdict: Verdict) -> None:
    assert verdict(undisturbed()) == []
