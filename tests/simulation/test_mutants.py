"""The simulator notices each design bug: by a schedule that the app itself survives."""

from concurrent.futures import Executor

import pytest

from tests.simulation import hunt, replays
from tests.simulation.conftest import Violations
from tests.simulation.mutants import Mutant, mutants

HUNT = "Run python -m tests.simulation.hunt: it looks for a schedule that catches the bug in the app as it is now."


def test_many_design_bugs_are_known() -> None:
    assert len(mutants()) >= 25


def test_a_bug_in_lines_that_are_gone_is_to_be_said_again() -> None:
    gone = Mutant(name="gone", bug="", suite="", edits={"shared.core.naming:is_ready": "-    return None\n"})
    with (
        pytest.raises(ValueError, match=r"is_ready no longer has these lines\. In tests/simulation/mutants\.yaml, say"),
        gone.seeded(),
    ):
        pass


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_schedule_catches_the_design_bug(mutant: Mutant, processes: Executor) -> None:
    known = hunt.caught().get(mutant.name)
    assert known is not None, HUNT
    schedule = replays.read(known["schedule"])
    found = processes.submit(hunt.replayed, mutant, schedule).result()
    assert found[:1] == [known["violation"]], HUNT


def test_the_app_without_them_survives_these_schedules(violations: Violations) -> None:
    assert violations(replays.read(known["schedule"]) for known in hunt.caught().values()) == []
