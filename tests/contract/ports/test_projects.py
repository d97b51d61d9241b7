import pytest

from shared.core.errors import ConflictError
from shared.models.project import Capacity, Serving
from shared.ports import Ports, Projects
from tests.contract.ports import samples


@pytest.fixture
def projects(storage: Ports) -> Projects:
    return storage.projects


class TestProjects:
    def test_what_is_absent_is_none(self, projects: Projects, project: str) -> None:
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

    def test_of_two_writers_one_wins(self, projects: Projects, project: str) -> None:
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

    def test_serving_rows_of_all_projects_can_be_written_on(self, projects: Projects, project: str) -> None:
        for name in (project, f"{project}x"):
            projects.create_serving(Serving(project=name))
            projects.put_lease(samples.lease(name))
        found = {stored.value.project: stored for stored in projects.all_serving()}
        assert {project, f"{project}x"} <= set(found)
        projects.replace_serving(Serving(project=project, generation=2), found[project].etag)

    def test_a_lease_is_replaced_and_ends(self, projects: Projects, project: str) -> None:
        lease = samples.lease(project)
        projects.put_lease(lease)
        longer = lease.model_copy(update={"idle_seconds": 7200})
        projects.put_lease(longer)
        assert projects.lease(project) == longer
        projects.remove_lease(project)
        projects.remove_lease(project)
        assert projects.lease(project) is None

    def test_each_instance_has_its_usage(self, projects: Projects, project: str) -> None:
        for instance in ("a", "b", "a"):
            projects.put_usage(samples.usage(project, instance))
        projects.put_usage(samples.usage(f"{project}x", "c"))
        assert sorted(projects.usage(project), key=lambda usage: usage.instance) == [
            samples.usage(project, "a"),
            samples.usage(project, "b"),
        ]

    def test_usage_and_lease_leave_the_serving_row_alone(self, projects: Projects, project: str) -> None:
        projects.create_serving(Serving(project=project))
        stored = projects.serving(project)
        assert stored is not None
        projects.put_usage(samples.usage(project, "a"))
        projects.put_lease(samples.lease(project))
        projects.replace_serving(Serving(project=project, deploy_lock="run-1"), stored.etag)

    def test_there_is_one_row_of_places_and_of_two_writers_one_wins(self, projects: Projects) -> None:
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
