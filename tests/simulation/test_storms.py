"""Uploads, events, people and faults as they come: seeded, so that each storm can be had again."""

from typing import Final

import pytest

from tests.simulation.conftest import Verdict
from tests.simulation.storm import Storm

STORMS: Final = 10_000


def test_every_storm_ends_well(verdict: Verdict) -> None:
    assert verdict(Storm(seed) for seed in range(STORMS)) == []


@pytest.mark.soak
def test_every_one_of_a_million_storms_ends_well(verdict: Verdict) -> None:
    assert verdict(Storm(seed) for seed in range(STORMS, 1_000_000)) == []
