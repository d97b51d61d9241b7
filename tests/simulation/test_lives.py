"""Lives in which nothing fails."""

from tests.simulation.conftest import Violations
from tests.simulation.lives import undisturbed


def test_every_life_ends_well_when_nothing_fails(violations: Violations) -> None:
    assert violations(undisturbed()) == []
