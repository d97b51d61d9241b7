"""Uploads, events, decisions and faults at random; a seed repeats each storm."""

from tests.simulation.conftest import Share, Verdict
from tests.simulation.storm import TESTED, Storm


def test_every_storm_ends_well(verdict: Verdict, share: Share) -> None:
    assert verdict(share(map(Storm, range(TESTED)))) == []
