"""An upload is overwritten while its older version is under way."""

from tests.simulation import overwrites
from tests.simulation.conftest import Violations


def test_the_newest_version_prevails_in_whatever_order_events_come(violations: Violations) -> None:
    assert violations(overwrites.at_any_moment()) == []
