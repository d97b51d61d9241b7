"""The effect of a step comes late, while a person cancels the run: nothing is left when the run ends."""

from tests.simulation import slow
from tests.simulation.conftest import Verdict


def test_a_cancelled_run_ends_only_after_its_late_effects(verdict: Verdict) -> None:
    assert verdict(slow.while_a_person_cancels()) == []
