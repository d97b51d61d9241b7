"""The simulator catches each mutant by a schedule that the app itself survives."""

from concurrent.futures import Executor

import pytest

from tests.simulation import hunt, replays
from tests.simulation.conftest import Verdict
from tests.simulation.mutants import Mutant, mutants

HUNT = "Run python -m tests.simulation.hunt: it looks for a schedule that catches the bug in the current app."


def test_there_are_at_least_25_mutants() -> None:
    assert len(mutants()) >= 25


def test_the_error_for_a_mutant_of_lines_that_are_gone_says_what_to_do() -> None:
    gone = Mutant(name="gone", bug="", suite="", edits={"shared.core.naming:is_ready": "-    return None\n"})
    with (
        pytest.raises(
            ValueError, match=r"is_ready no longer has these lines\. In tests/simulation/mutants\.yaml, write"
        ),
        gone.seeded(),
    ):
        pass


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_a_stored_schedule_catches_the_mutant(mutant: Mutant, processes: Executor) -> None:
    known = hunt.caught().get(mutant.name)
    assert known is not None, HUNT
    schedule = replays.read(known["schedule"])
    violations = processes.submit(hunt.replayed, mutant, schedule).result()
    assert violations[:1] == [known["violation"]], HUNT


def test_the_app_without_mutants_survives_their_schedules(verdict: Verdict) -> None:
    assert verdict(replays.read(known["schedule"]) for known in hunt.caught().values()) == []
