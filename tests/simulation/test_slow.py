"""What a step asks for comes late, while a person cancels the run: nothing is left once the run has ended."""

from tests.simulation import slow
from tests.simulation.conftest import Violations


def test_run_ends_after_all_that_it_asked_for(violations: Violations) -> None:
    assert violations(slow.while_a_person_cancels()) == []
