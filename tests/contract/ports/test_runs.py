import pytest

from shared.core.errors import ConflictError
from shared.core.states import State
from shared.ports import Ports, Runs
from tests.contract.ports import samples


@pytest.fixture
def runs(storage: Ports) -> Runs:
    return storage.runs


class TestRuns:
    def test_a_created_run_is_read(self, runs: Runs, project: str) -> None:
        run = samples.run(project)
        assert runs.create(run)
        stored = runs.get(project, run.run_id)
        assert stored is not None
        assert stored.value == run

    def test_an_absent_run_is_none_and_has_no_timeline(self, runs: Runs, project: str) -> None:
        assert runs.get(project, f"{project}-0123456789") is None
        assert runs.timeline(f"{project}-0123456789", project) == []

    def test_a_run_is_created_once(self, runs: Runs, project: str) -> None:
        run = samples.run(project)
        assert runs.create(run)
        assert not runs.create(run.model_copy(update={"state": State.FAILED}))
        stored = runs.get(project, run.run_id)
        assert stored is not None
        assert stored.value == run

    def test_the_second_of_two_writers_loses(self, runs: Runs, project: str) -> None:
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

    def test_replacing_a_run_returns_the_etag_for_the_next_write(self, runs: Runs, project: str) -> None:
        run = samples.run(project)
        runs.create(run)
        stored = runs.get(project, run.run_id)
        assert stored is not None
        etag = runs.replace(run.model_copy(update={"seq": 1}), stored.etag)
        runs.replace(run.model_copy(update={"seq": 2, "fingerprint": None}), etag)
        after = runs.get(project, run.run_id)
        assert after is not None
        assert after.value.seq == 2

    def test_a_field_can_be_emptied(self, runs: Runs, project: str) -> None:
        run = samples.run(project).model_copy(update={"hold_reason": "over budget"})
        runs.create(run)
        stored = runs.get(project, run.run_id)
        assert stored is not None
        runs.replace(run.model_copy(update={"hold_reason": None, "outbox": []}), stored.etag)
        after = runs.get(project, run.run_id)
        assert after is not None
        assert after.value.hold_reason is None
        assert after.value.outbox == []

    def test_an_absent_run_cannot_be_replaced(self, runs: Runs, project: str) -> None:
        other = samples.run(project, 2)
        runs.create(other)
        stored = runs.get(project, other.run_id)
        assert stored is not None
        with pytest.raises(ConflictError):
            runs.replace(samples.run(project), stored.etag)

    def test_runs_of_one_project_or_of_all_can_be_listed(self, runs: Runs, project: str) -> None:
        mine = [samples.run(project, number) for number in range(3)]
        theirs = samples.run(f"{project}x")
        for run in [*mine, theirs]:
            runs.create(run)
            runs.append(run, samples.entry(1))
        assert sorted(runs.all(project), key=lambda run: run.run_id) == mine
        assert {run.run_id for run in [*mine, theirs]} <= {run.run_id for run in runs.all()}

    def test_a_timeline_is_in_order_and_has_each_entry_once(self, runs: Runs, project: str) -> None:
        run, other = samples.run(project), samples.run(project, 2)
        for seq in (2, 1, 10, 2):
            runs.append(run, samples.entry(seq))
        runs.append(other, samples.entry(1, "Elsewhere."))
        assert runs.timeline(run.run_id, project) == [samples.entry(seq) for seq in (1, 2, 10)]
