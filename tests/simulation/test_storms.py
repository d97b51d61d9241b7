"""Uploads, events, people and faults as they come: seeded, so that each storm can be had again."""

from tests.simulation.conftest import Share, Violations
from tests.simulation.storm import TESTED, Storm


def test_every_storm_ends_well(violations: Violations, share: Share) -> None:
    assert violations(share(map(Storm, range(TESTED)))) == []
