import pytest

from shared.core.errors import ConflictError
from tests.contract.ports.worlds import StandIn, World


class TestModels:
    def test_a_registered_model_is_read(self, world: World, project: str) -> None:
        model = world.model(project)
        world.ports.models.register(model)
        assert world.ports.models.get(project, model.version) == model

    def test_an_absent_version_is_none(self, world: World, project: str) -> None:
        assert world.ports.models.get(project, "0123456789-1") is None

    def test_a_version_can_be_registered_repeatedly(self, world: World, project: str) -> None:
        model = world.model(project)
        world.ports.models.register(model)
        world.ports.models.register(model)
        assert world.ports.models.get(project, model.version) == model
        assert world.ports.models.get(project, "0123456789-2") is None

    def test_the_same_version_with_another_path_is_a_conflict(self, world: World, project: str) -> None:
        model = world.model(project)
        world.ports.models.register(model)
        with pytest.raises(ConflictError):
            world.ports.models.register(model.model_copy(update={"path": "azureml://jobs/x/outputs/trained_model"}))

    def test_a_version_can_be_deleted_repeatedly(self, world: World, project: str) -> None:
        model = world.model(project)
        world.ports.models.register(model)
        world.ports.models.delete(project, model.version)
        world.ports.models.delete(project, model.version)
        assert world.ports.models.get(project, model.version) is None

    def test_ours_are_those_with_our_tag(self, world: World, project: str) -> None:
        model = world.model(project)
        foreign = model.model_copy(update={"version": "0123456789-2", "tags": {"project": project}})
        world.ports.models.register(model)
        world.ports.models.register(foreign)
        assert [ours for ours in world.ports.models.tagged() if ours.name == project] == [model]


class TestAzureMLModels:
    def test_a_version_is_created_once(self, workspace: World, stand_in: StandIn, project: str) -> None:
        model = workspace.model(project)
        workspace.ports.models.register(model)
        workspace.ports.models.register(model)
        [request] = stand_in.requests(method="PUT", path=f"/models/{project}/versions/")
        assert request["path"].endswith(f"/versions/{model.version}")
        assert request["body"]["properties"]["modelType"] == "mlflow_model"
        assert request["body"]["properties"]["modelUri"] == model.path
