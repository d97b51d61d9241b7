from datetime import timedelta

import pytest

from shared.ports import Active, Ports, QueuePosition
from tests.contract.ports.samples import NOW


@pytest.fixture
def active(storage: Ports) -> Active:
    return storage.active


def due(active: Active, project: str, seconds: float = 0) -> list[str]:
    """Run ids of a project that are due that long after ``NOW``."""
    found = active.due(NOW + timedelta(seconds=seconds))
    return [row.run_id for row in found if row.project == project]


class TestActive:
    def test_a_run_is_due_from_its_time_on_longest_due_first(self, active: Active, project: str) -> None:
        active.put(project, "later", NOW + timedelta(seconds=60))
        active.put(project, "soon", NOW)
        assert due(active, project, -0.001) == []
        assert due(active, project) == ["soon"]
        assert due(active, project, 60) == ["soon", "later"]

    def test_the_last_time_counts(self, active: Active, project: str) -> None:
        active.put(project, "run", NOW)
        active.put(project, "run", NOW + timedelta(seconds=60))
        assert due(active, project) == []
        assert due(active, project, 61) == ["run"]

    def test_what_is_removed_is_never_due(self, active: Active, project: str) -> None:
        active.put(project, "run", NOW)
        active.remove(project, "run")
        active.remove(project, "run")
        assert due(active, project, 3600) == []

    def test_what_was_asked_for_is_remembered_until_the_row_is_put_again(self, active: Active, project: str) -> None:
        place = QueuePosition(NOW, "run", project, "job")
        active.put(project, "run", NOW, place)
        (row,) = active.waiting("job", project)
        assert row.requested_at is None
        active.mark_requested(row, NOW)
        (row,) = active.waiting("job", project)
        assert (row.requested_at, row.waiting, row.next_due) == (NOW, place, NOW)
        active.put(project, "run", NOW)
        assert [row.requested_at for row in active.due(NOW) if row.project == project] == [None]

    def test_who_asked_for_what_has_changed_since_is_forgotten(self, active: Active, project: str) -> None:
        place = QueuePosition(NOW, "run", project, "job")
        active.put(project, "run", NOW - timedelta(seconds=1), place)
        (read,) = active.waiting("job", project)
        active.put(project, "run", NOW, place)
        active.mark_requested(read, NOW)
        (row,) = active.waiting("job", project)
        assert (row.requested_at, row.next_due) == (None, NOW)
        active.remove(project, "run")
        active.mark_requested(row, NOW)
        assert active.waiting("job", project) == []

    def test_what_waits_is_found_by_its_queue_longest_first(self, active: Active, project: str) -> None:
        first, second = (QueuePosition(NOW + timedelta(seconds=wait), f"run-{wait}", project, "job") for wait in (1, 2))
        other = QueuePosition(NOW, "run-3", project, "deploy_lock")
        for one in (second, first, other):
            active.put(project, one.run_id, NOW, one)
        assert [row.waiting for row in active.waiting("job", project)] == [first, second]
        assert [row.waiting for row in active.waiting("job") if row.project == project] == [first, second]

    def test_what_waits_no_more_is_in_no_queue(self, active: Active, project: str) -> None:
        for run_id in ("moved", "removed"):
            active.put(project, run_id, NOW, QueuePosition(NOW, run_id, project, "job"))
        active.put(project, "moved", NOW)
        active.remove(project, "removed")
        assert active.waiting("job", project) == []
