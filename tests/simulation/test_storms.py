"""Uploads, events, people and faults as they come: seeded, so that each storm can be had again."""

from tests.simulation.conftest import Verdict
from tests.simulation.storm import TESTED, Storm


def test_every_storm_ends_well(verdict: Verdict) -> None:
    assert verdict(Storm(seed) for seed in range(TESTED)) == []
