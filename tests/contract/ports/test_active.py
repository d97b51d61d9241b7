from datetime import timedelta

import pytest

from shared.ports import Active, Ports
from tests.contract.ports.samples import NOW


@pytest.fixture
def active(storage: Ports) -> Active:
    return storage.active


def due(active: Active, project: str, seconds: float = 0) -> set[str]:
    """Run ids of a project that are due that long after ``NOW``."""
    found = active.due(NOW + timedelta(seconds=seconds))
    return {run_id for owner, run_id in found if owner == project}


class TestActive:
    def test_a_run_is_due_from_its_time_on(self, active: Active, project: str) -> None:
        active.put(project, "soon", NOW)
        active.put(project, "later", NOW + timedelta(seconds=60))
        assert due(active, project, -0.001) == set()
        assert due(active, project) == {"soon"}
        assert due(active, project, 60) == {"soon", "later"}

    def test_the_last_time_counts(self, active: Active, project: str) -> None:
        active.put(project, "run", NOW)
        active.put(project, "run", NOW + timedelta(seconds=60))
        assert due(active, project) == set()
        assert due(active, project, 61) == {"run"}

    def test_what_is_removed_is_never_due(self, active: Active, project: str) -> None:
        active.put(project, "run", NOW)
        active.remove(project, "run")
        active.remove(project, "run")
        assert due(active, project, 3600) == set()
