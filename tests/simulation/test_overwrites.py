"""An upload is overwritten while its older version is under way."""

from tests.simulation import overwrites
from tests.simulation.conftest import Verdict


def test_the_newest_version_prevails_in_any_order_of_the_events(verdict: Verdict) -> None:
    assert verdict(overwrites.at_any_moment()) == []
