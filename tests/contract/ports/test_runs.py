import pytest

from shared.core.errors import ConflictError
from shared.core.states import State
from shared.ports import Ports, Runs
from tests.contract.ports import samples


@pytest.fixture
def runs(storage: Ports) -> Runs:
    return storage.runs


class TestRuns:
    def test_what_was_created_is_read(self, runs: Runs, project: str) -> None:
        run = samples.run(project)
        assert runs.create(run)
        stored = runs.get(project, run.run_id)
        assert stored is not None
        assert stored.value == run

    def test_what_is_absent_is_none(self, runs: Runs, project: str) -> None:
        assert runs.get(project, f"{project}-0123456789") is None
        assert runs.timeline(f"{project}-0123456789", project) == []

    def test_a_run_is_created_once(self, runs: Runs, project: str) -> None:
        run = samples.run(project)
        assert runs.create(run)
        assert not runs.create(run.model_copy(update={"state": State.FAILED}))
        stored = runs.get(project, run.run_id)
        assert stored is not None
        assert stored.value == run

    def test_of_two_writers_one_wins(self, runs: Runs, project: str) -> None:
        run = samples.run(project)
        runs.create(run)
        stored = runs.get(project, run.run_id)
        assert stored is not None
        runs.replace(run.model_copy(update={"seq": 1}), stored.etag)
        with pytest.raises(ConflictError):
            runs.replace(run.model_copy(update={"seq": 2}), stored.etag)
        after = runs.get(project, run.run_id)
        assert after is not None
        assert after.value.seq == 1

    def test_a_write_answers_the_etag_of_the_next(self, runs: Runs, project: str) -> None:
        run = samples.run(project)
        runs.create(run)
        stored = runs.get(project, run.run_id)
        assert stored is not None
        etag = runs.replace(run.model_copy(update={"seq": 1}), stored.etag)
        runs.replace(run.model_copy(update={"seq": 2, "fingerprint": None}), etag)
        after = runs.get(project, run.run_id)
        assert after is not None
        assert after.value.seq == 2

    def test_a_field_that_was_emptied_is_empty(self, runs: Runs, project: str) -> None:
        run = samples.run(project).model_copy(update={"hold_reason": "over budget"})
        runs.create(run)
        stored = runs.get(project, run.run_id)
        assert stored is not None
        runs.replace(run.model_copy(update={"hold_reason": None, "outbox": []}), stored.etag)
        after = runs.get(project, run.run_id)
        assert after is not None
        assert after.value.hold_reason is None
        assert after.value.outbox == []

    def test_a_run_that_is_absent_cannot_be_replaced(self, runs: Runs, project: str) -> None:
        other = samples.run(project, 2)
        runs.create(other)
        stored = runs.get(project, other.run_id)
        assert stored is not None
        with pytest.raises(ConflictError):
            runs.replace(samples.run(project), stored.etag)

    def test_all_are_those_of_one_project_or_of_all(self, runs: Runs, project: str) -> None:
        mine = [samples.run(project, number) for number in range(3)]
        theirs = samples.run(f"{project}x")
        for run in [*mine, theirs]:
            runs.create(run)
            runs.append(run, samples.entry(1))
        assert sorted(runs.all(project), key=lambda run: run.run_id) == mine
        assert {run.run_id for run in [*mine, theirs]} <= {run.run_id for run in runs.all()}

    def test_a_timeline_is_in_order_and_holds_each_entry_once(self, runs: Runs, project: str) -> None:
        run, other = samples.run(project), samples.run(project, 2)
        for seq in (2, 1, 10, 2):
            runs.append(run, samples.entry(seq))
        runs.append(other, samples.entry(1, "Elsewhere."))
        assert runs.timeline(run.run_id, project) == [samples.entry(seq) for seq in (1, 2, 10)]
