import pytest

from shared.core.errors import ConflictError
from shared.models.project import Capacity, Serving
from shared.ports import Ports, Projects
from tests.contract.ports import samples


@pytest.fixture
def projects(storage: Ports) -> Projects:
    return storage.projects


class TestProjects:
    def test_an_absent_row_is_none(self, projects: Projects, project: str) -> None:
        assert projects.serving(project) is None
        assert projects.lease(project) is None
        assert projects.usage(project) == []

    def test_a_project_has_one_serving_row(self, projects: Projects, project: str) -> None:
        serving = Serving(project=project, deploy_lock="run-1")
        assert projects.create_serving(serving)
        assert not projects.create_serving(Serving(project=project, deploy_lock="run-2"))
        stored = projects.serving(project)
        assert stored is not None
        assert stored.value == serving

    def test_the_second_of_two_writers_loses(self, projects: Projects, project: str) -> None:
        projects.create_serving(Serving(project=project))
        stored = projects.serving(project)
        assert stored is not None
        etag = projects.replace_serving(Serving(project=project, deploy_lock="run-1"), stored.etag)
        with pytest.raises(ConflictError):
            projects.replace_serving(Serving(project=project, deploy_lock="run-2"), stored.etag)
        projects.replace_serving(Serving(project=project, champion="run-1-1"), etag)
        after = projects.serving(project)
        assert after is not None
        assert after.value == Serving(project=project, champion="run-1-1")

    def test_serving_rows_of_all_projects_can_be_listed_and_replaced(self, projects: Projects, project: str) -> None:
        for name in (project, f"{project}x"):
            projects.create_serving(Serving(project=name))
            projects.put_lease(samples.lease(name))
        rows = {stored.value.project: stored for stored in projects.all_serving()}
        assert {project, f"{project}x"} <= set(rows)
        projects.replace_serving(Serving(project=project, generation=2), rows[project].etag)

    def test_a_lease_can_be_replaced_and_removed(self, projects: Projects, project: str) -> None:
        lease = samples.lease(project)
        projects.put_lease(lease)
        longer = lease.model_copy(update={"idle_seconds": 7200})
        projects.put_lease(longer)
        assert projects.lease(project) == longer
        projects.remove_lease(project)
        projects.remove_lease(project)
        assert projects.lease(project) is None

    def test_each_instance_has_its_own_usage_row(self, projects: Projects, project: str) -> None:
        for instance in ("a", "b", "a"):
            projects.put_usage(samples.usage(project, instance))
        projects.put_usage(samples.usage(f"{project}x", "c"))
        assert sorted(projects.usage(project), key=lambda usage: usage.instance) == [
            samples.usage(project, "a"),
            samples.usage(project, "b"),
        ]

    def test_writing_usage_and_lease_does_not_change_the_serving_row(self, projects: Projects, project: str) -> None:
        projects.create_serving(Serving(project=project))
        stored = projects.serving(project)
        assert stored is not None
        projects.put_usage(samples.usage(project, "a"))
        projects.put_lease(samples.lease(project))
        projects.replace_serving(Serving(project=project, deploy_lock="run-1"), stored.etag)

    def test_there_is_one_capacity_row_and_the_second_of_two_writers_loses(self, projects: Projects) -> None:
        projects.create_capacity(Capacity())
        assert not projects.create_capacity(Capacity(job=["acme-1"]))
        stored = projects.capacity()
        assert stored is not None
        row = stored.value.with_slots("job", ["acme-1"])
        projects.replace_capacity(row, stored.etag)
        with pytest.raises(ConflictError):
            projects.replace_capacity(Capacity(), stored.etag)
        after = projects.capacity()
        assert after is not None
        assert after.value == row
