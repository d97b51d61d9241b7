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
    """A deployment whose model is registered, and whose endpoint is up."""
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
    def test_a_deployment_is_created_in_its_time(self, world: World, spec: DeploymentSpec) -> None:
        world.ports.deployments.create(spec)
        found = world.ports.deployments.get(spec.endpoint, spec.name)
        assert found is not None
        assert (found.endpoint, found.name, found.provisioning) == (spec.endpoint, spec.name, "creating")
        assert (found.model, found.tags) == (f"{spec.model_name}:{spec.model_version}", TAGS)
        world.deploy(spec)
        assert [one.name for one in world.ports.deployments.of(spec.endpoint)] == [spec.name]

    def test_what_is_absent_is_none(self, world: World, project: str) -> None:
        assert world.ports.deployments.get(name_of(project), "blue") is None
        assert list(world.ports.deployments.of(name_of(project))) == []

    def test_a_name_that_serves_another_model_is_a_conflict(self, world: World, spec: DeploymentSpec) -> None:
        world.deploy(spec)
        with pytest.raises(ConflictError):
            world.ports.deployments.create(spec.model_copy(update={"model_version": "0123456789-2"}))

    def test_a_deployment_needs_its_endpoint(self, world: World, spec: DeploymentSpec) -> None:
        with pytest.raises(NotFoundError):
            world.ports.deployments.create(spec.model_copy(update={"endpoint": f"{spec.model_name}-none"}))

    def test_a_second_deployment_waits_for_the_first(self, world: World, spec: DeploymentSpec) -> None:
        endpoint = f"{spec.model_name}-abcde-2"
        world.ports.endpoints.create(endpoint, TAGS)
        with pytest.raises(ConflictError):
            world.ports.deployments.create(spec.model_copy(update={"endpoint": endpoint}))

    def test_traffic_is_taken_in_its_time_and_then_holds(self, world: World, spec: DeploymentSpec) -> None:
        world.deploy(spec)
        world.ports.endpoints.set_traffic(spec.endpoint, {spec.name: 100})
        world.settled(spec.endpoint)
        world.ports.endpoints.set_traffic(spec.endpoint, {spec.name: 100, "gone": 0})
        found = world.ports.endpoints.get(spec.endpoint)
        assert found is not None
        assert (found.provisioning, found.traffic, found.tags) == ("succeeded", {spec.name: 100}, TAGS)

    def test_a_deployment_without_traffic_is_deleted_in_its_time(self, world: World, spec: DeploymentSpec) -> None:
        world.deploy(spec)
        world.ports.deployments.delete(spec.endpoint, spec.name)
        world.ports.deployments.delete(spec.endpoint, spec.name)
        gone = lambda: world.ports.deployments.get(spec.endpoint, spec.name) is None  # noqa: E731
        world.until(gone, "the deployment is gone")
        world.ports.deployments.delete(spec.endpoint, spec.name)
        world.ports.deployments.delete(f"{spec.model_name}-none", spec.name)

    def test_a_deployment_with_traffic_is_not_deleted(self, world: World, spec: DeploymentSpec) -> None:
        world.deploy(spec)
        world.ports.endpoints.set_traffic(spec.endpoint, {spec.name: 100})
        world.settled(spec.endpoint)
        with pytest.raises(ConflictError):
            world.ports.deployments.delete(spec.endpoint, spec.name)

    def test_a_deployment_that_fails_says_why(self, world: World, spec: DeploymentSpec) -> None:
        with world.failing(f"{spec.endpoint}/{spec.name}", "The liveness probe failed."):
            world.ports.deployments.create(spec)

        def why() -> str | None:
            found = world.ports.deployments.get(spec.endpoint, spec.name)
            return found.error if found and found.provisioning == "failed" else None

        assert "The liveness probe failed." in world.until(why, "the deployment fails")

    def test_an_endpoint_takes_its_deployments_along(self, world: World, spec: DeploymentSpec) -> None:
        world.deploy(spec)
        world.ports.endpoints.delete(spec.endpoint)
        world.until(lambda: world.ports.endpoints.get(spec.endpoint) is None, "the endpoint is gone")
        assert world.ports.deployments.get(spec.endpoint, spec.name) is None


class TestAzureMLDeployments:
    def test_a_deployment_is_created_once_with_the_lesson_s_settings(
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

    def test_a_size_without_quota_is_named(self, workspace: World, project: str) -> None:
        spec = to_deploy(workspace, project).model_copy(update={"instance_type": "Standard_NC6s_v3"})
        with pytest.raises(QuotaError, match="Not enough quota available for Standard_NC6s_v3"):
            workspace.ports.deployments.create(spec)

    def test_a_deployment_that_never_gets_well_has_failed_and_says_why(
        self, workspace: World, stand_in: StandIn, project: str
    ) -> None:
        spec = to_deploy(workspace, project)
        stand_in.arm(on="deployment", path=f"{spec.endpoint}/{spec.name}", message="It never answered its probe.")
        workspace.ports.deployments.create(spec)

        def why() -> str | None:
            found = workspace.ports.deployments.get(spec.endpoint, spec.name)
            return found.error if found and found.provisioning == "failed" else None

        said = workspace.until(why, "the deployment fails")
        assert said.startswith("(ResourceNotReady) User container has crashed or terminated: It never answered")
        workspace.ports.deployments.create(spec)
        assert why() == said

    def test_nothing_is_left_polling(self, workspace: World, project: str) -> None:
        before = threading.active_count()
        spec = to_deploy(workspace, project)
        workspace.ports.deployments.create(spec)
        assert threading.active_count() == before
