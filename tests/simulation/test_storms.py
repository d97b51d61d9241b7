"""Uploads, events, decisions and faults at random; a seed repeats each storm."""

from tests.simulation.conftest import Verdict
from tests.simulation.storm import TESTED, Storm


def test_every_storm_ends_well(verdict: Verdict) -> None:
    assert verdict(Storm(seed) for seed in range(TESTED)) == []
