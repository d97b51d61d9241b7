from datetime import timedelta

import pytest

from shared.ports import Active, Ports, QueuePosition
from tests.contract.ports.samples import NOW


@pytest.fixture
def active(storage: Ports) -> Active:
    return storage.active


def due(active: Active, project: str, seconds: float = 0) -> list[str]:
    """Ids of the project's runs that are due ``seconds`` after ``NOW``."""
    rows = active.due(NOW + timedelta(seconds=seconds))
    return [row.run_id for row in rows if row.project == project]


class TestActive:
    def test_runs_are_due_from_their_time_on_and_sorted_by_it(self, active: Active, project: str) -> None:
        active.put(project, "later", NOW + timedelta(seconds=60))
        active.put(project, "soon", NOW)
        assert due(active, project, -0.001) == []
        assert due(active, project) == ["soon"]
        assert due(active, project, 60) == ["soon", "later"]

    def test_a_later_put_replaces_the_time(self, active: Active, project: str) -> None:
        active.put(project, "run", NOW)
        active.put(project, "run", NOW + timedelta(seconds=60))
        assert due(active, project) == []
        assert due(active, project, 61) == ["run"]

    def test_a_removed_run_is_never_due(self, active: Active, project: str) -> None:
        active.put(project, "run", NOW)
        active.remove(project, "run")
        active.remove(project, "run")
        assert due(active, project, 3600) == []

    def test_a_request_is_kept_until_the_row_is_put_again(self, active: Active, project: str) -> None:
        position = QueuePosition(NOW, "run", project, "job")
        active.put(project, "run", NOW, position)
        (row,) = active.waiting("job", project)
        assert row.requested_at is None
        active.mark_requested(row, NOW)
        (row,) = active.waiting("job", project)
        assert (row.requested_at, row.waiting, row.next_due) == (NOW, position, NOW)
        active.put(project, "run", NOW)
        assert [row.requested_at for row in active.due(NOW) if row.project == project] == [None]

    def test_a_request_for_a_row_that_has_changed_since_is_dropped(self, active: Active, project: str) -> None:
        position = QueuePosition(NOW, "run", project, "job")
        active.put(project, "run", NOW - timedelta(seconds=1), position)
        (stale,) = active.waiting("job", project)
        active.put(project, "run", NOW, position)
        active.mark_requested(stale, NOW)
        (row,) = active.waiting("job", project)
        assert (row.requested_at, row.next_due) == (None, NOW)
        active.remove(project, "run")
        active.mark_requested(row, NOW)
        assert active.waiting("job", project) == []

    def test_waiting_runs_are_listed_by_queue_in_the_order_of_arrival(self, active: Active, project: str) -> None:
        first, second = (QueuePosition(NOW + timedelta(seconds=wait), f"run-{wait}", project, "job") for wait in (1, 2))
        other = QueuePosition(NOW, "run-3", project, "deploy_lock")
        for position in (second, first, other):
            active.put(project, position.run_id, NOW, position)
        assert [row.waiting for row in active.waiting("job", project)] == [first, second]
        assert [row.waiting for row in active.waiting("job") if row.project == project] == [first, second]

    def test_a_run_that_waits_no_more_is_in_no_queue(self, active: Active, project: str) -> None:
        for run_id in ("moved", "removed"):
            active.put(project, run_id, NOW, QueuePosition(NOW, run_id, project, "job"))
        active.put(project, "moved", NOW)
        active.remove(project, "removed")
        assert active.waiting("job", project) == []
