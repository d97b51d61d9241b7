import threading

import pytest

from shared.core.errors import ConflictError, NotFoundError, QuotaError
from shared.models.hosting import DeploymentSpec
from tests.contract.ports.test_endpoints import name_of
from tests.contract.ports.worlds import TAGS, StandIn, World


@pytest.fixture
def spec(world: World, project: str) -> DeploymentSpec:
    return to_deploy(world, project)


def to_deploy(world: World, project: str) -> DeploymentSpec:
    """A deployment to create: its model is registered and its endpoint is up."""
    model = world.model(project)
    world.ports.models.register(model)
    world.endpoint(name_of(project))
    return DeploymentSpec(
        endpoint=name_of(project),
        name=f"{project}-0123456789-1",
        model_name=model.name,
        model_version=model.version,
        instance_type="Standard_DS3_v2",
        tags=TAGS,
    )


class TestDeployments:
    def test_a_deployment_is_creating_and_then_up(self, world: World, spec: DeploymentSpec) -> None:
        world.ports.deployments.create(spec)
        deployment = world.ports.deployments.get(spec.endpoint, spec.name)
        assert deployment is not None
        assert (deployment.endpoint, deployment.name, deployment.provisioning) == (spec.endpoint, spec.name, "creating")
        assert (deployment.model, deployment.tags) == (f"{spec.model_name}:{spec.model_version}", TAGS)
        world.deploy(spec)
        assert [deployment.name for deployment in world.ports.deployments.of(spec.endpoint)] == [spec.name]

    def test_an_absent_deployment_is_none(self, world: World, project: str) -> None:
        assert world.ports.deployments.get(name_of(project), "blue") is None
        assert list(world.ports.deployments.of(name_of(project))) == []

    def test_the_same_name_with_another_model_is_a_conflict(self, world: World, spec: DeploymentSpec) -> None:
        world.deploy(spec)
        with pytest.raises(ConflictError):
            world.ports.deployments.create(spec.model_copy(update={"model_version": "0123456789-2"}))

    def test_a_deployment_without_its_endpoint_is_refused(self, world: World, spec: DeploymentSpec) -> None:
        with pytest.raises(NotFoundError):
            world.ports.deployments.create(spec.model_copy(update={"endpoint": f"{spec.model_name}-none"}))

    def test_a_deployment_to_an_endpoint_that_is_being_created_is_a_conflict(
        self, world: World, spec: DeploymentSpec
    ) -> None:
        endpoint = f"{spec.model_name}-abcde-2"
        world.ports.endpoints.create(endpoint, TAGS)
        with pytest.raises(ConflictError):
            world.ports.deployments.create(spec.model_copy(update={"endpoint": endpoint}))

    def test_traffic_is_changed_and_stays_changed(self, world: World, spec: DeploymentSpec) -> None:
        world.deploy(spec)
        world.ports.endpoints.set_traffic(spec.endpoint, {spec.name: 100})
        world.settled(spec.endpoint)
        world.ports.endpoints.set_traffic(spec.endpoint, {spec.name: 100, "gone": 0})
        endpoint = world.ports.endpoints.get(spec.endpoint)
        assert endpoint is not None
        assert (endpoint.provisioning, endpoint.traffic, endpoint.tags) == ("succeeded", {spec.name: 100}, TAGS)

    def test_a_deployment_without_traffic_can_be_deleted_repeatedly(self, world: World, spec: DeploymentSpec) -> None:
        world.deploy(spec)
        world.ports.deployments.delete(spec.endpoint, spec.name)
        world.ports.deployments.delete(spec.endpoint, spec.name)
        world.until(lambda: world.ports.deployments.get(spec.endpoint, spec.name) is None, "the deployment is gone")
        world.ports.deployments.delete(spec.endpoint, spec.name)
        world.ports.deployments.delete(f"{spec.model_name}-none", spec.name)

    def test_deleting_a_deployment_with_traffic_is_a_conflict(self, world: World, spec: DeploymentSpec) -> None:
        world.deploy(spec)
        world.ports.endpoints.set_traffic(spec.endpoint, {spec.name: 100})
        world.settled(spec.endpoint)
        with pytest.raises(ConflictError):
            world.ports.deployments.delete(spec.endpoint, spec.name)

    def test_a_failed_deployment_has_an_error(self, world: World, spec: DeploymentSpec) -> None:
        with world.failing(f"{spec.endpoint}/{spec.name}", "The liveness probe failed."):
            world.ports.deployments.create(spec)

        def error() -> str | None:
            deployment = world.ports.deployments.get(spec.endpoint, spec.name)
            return deployment.error if deployment and deployment.provisioning == "failed" else None

        assert "The liveness probe failed." in world.until(error, "the deployment fails")

    def test_deleting_an_endpoint_deletes_its_deployments(self, world: World, spec: DeploymentSpec) -> None:
        world.deploy(spec)
        world.ports.endpoints.delete(spec.endpoint)
        world.until(lambda: world.ports.endpoints.get(spec.endpoint) is None, "the endpoint is gone")
        assert world.ports.deployments.get(spec.endpoint, spec.name) is None


class TestAzureMLDeployments:
    def test_a_deployment_is_created_once_with_the_lessons_settings(
        self, workspace: World, stand_in: StandIn, project: str
    ) -> None:
        spec = to_deploy(workspace, project)
        workspace.ports.deployments.create(spec)
        workspace.ports.deployments.create(spec)
        [request] = stand_in.requests(method="PUT", path=f"/deployments/{spec.name}")
        properties = request["body"]["properties"]
        assert properties["livenessProbe"] == {"initialDelay": "PT10M"}
        assert properties["requestSettings"] == {"requestTimeout": "PT1M30S"}
        assert properties["instanceType"] == "Standard_DS3_v2"
        assert request["body"]["sku"]["capacity"] == 1

    def test_the_error_names_the_size_without_quota(self, workspace: World, project: str) -> None:
        spec = to_deploy(workspace, project).model_copy(update={"instance_type": "Standard_NC6s_v3"})
        with pytest.raises(QuotaError, match="Not enough quota available for Standard_NC6s_v3"):
            workspace.ports.deployments.create(spec)

    def test_a_deployment_whose_probe_fails_has_azures_error_and_is_not_created_again(
        self, workspace: World, stand_in: StandIn, project: str
    ) -> None:
        spec = to_deploy(workspace, project)
        stand_in.arm(on="deployment", path=f"{spec.endpoint}/{spec.name}", message="It never answered its probe.")
        workspace.ports.deployments.create(spec)

        def error() -> str | None:
            deployment = workspace.ports.deployments.get(spec.endpoint, spec.name)
            return deployment.error if deployment and deployment.provisioning == "failed" else None

        message = workspace.until(error, "the deployment fails")
        assert message.startswith("(ResourceNotReady) User container has crashed or terminated: It never answered")
        workspace.ports.deployments.create(spec)
        assert error() == message

    def test_no_polling_thread_is_left_behind(self, workspace: World, project: str) -> None:
        before = threading.active_count()
        spec = to_deploy(workspace, project)
        workspace.ports.deployments.create(spec)
        assert threading.active_count() == before
