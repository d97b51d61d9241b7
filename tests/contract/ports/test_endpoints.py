import pytest

from shared.core.errors import ConflictError, NotFoundError, ThrottledError
from shared.models.hosting import Endpoint
from tests.contract.ports.worlds import TAGS, StandIn, World


def name_of(project: str) -> str:
    return f"{project}-abcde-1"


def delete(world: World, name: str) -> None:
    """Delete an endpoint and wait until it is gone."""
    world.ports.endpoints.delete(name)
    world.until(lambda: world.ports.endpoints.get(name) is None, f"{name} is gone")


def _failed(world: World, name: str) -> Endpoint | None:
    endpoint = world.ports.endpoints.get(name)
    return endpoint if endpoint and endpoint.provisioning == "failed" else None


class TestEndpoints:
    def test_an_endpoint_is_creating_and_then_up(self, world: World, project: str) -> None:
        name = name_of(project)
        world.ports.endpoints.create(name, TAGS)
        endpoint = world.ports.endpoints.get(name)
        assert endpoint is not None
        assert (endpoint.name, endpoint.provisioning, endpoint.tags, endpoint.traffic) == (name, "creating", TAGS, {})
        assert name in world.settled(name)

    def test_an_absent_endpoint_is_none(self, world: World, project: str) -> None:
        assert world.ports.endpoints.get(name_of(project)) is None

    def test_an_endpoint_can_be_created_repeatedly(self, world: World, project: str) -> None:
        name = name_of(project)
        world.ports.endpoints.create(name, TAGS)
        world.ports.endpoints.create(name, TAGS)
        world.settled(name)
        world.ports.endpoints.create(name, TAGS)
        endpoint = world.ports.endpoints.get(name)
        assert endpoint is not None
        assert endpoint.provisioning == "succeeded"

    def test_the_same_name_with_other_tags_is_a_conflict(self, world: World, project: str) -> None:
        world.ports.endpoints.create(name_of(project), TAGS)
        with pytest.raises(ConflictError):
            world.ports.endpoints.create(name_of(project), {**TAGS, "project": "other"})

    def test_an_endpoint_is_deleting_and_then_gone(self, world: World, project: str) -> None:
        name = name_of(project)
        world.endpoint(name)
        world.ports.endpoints.delete(name)
        endpoint = world.ports.endpoints.get(name)
        assert endpoint is not None
        assert endpoint.provisioning == "deleting"
        world.ports.endpoints.delete(name)
        delete(world, name)
        world.ports.endpoints.delete(name)

    def test_a_name_cannot_be_used_again(self, world: World, project: str) -> None:
        name = name_of(project)
        world.endpoint(name)
        delete(world, name)
        with pytest.raises(ConflictError):
            world.ports.endpoints.create(name, TAGS)

    def test_deleting_an_endpoint_that_is_being_created_is_a_conflict(self, world: World, project: str) -> None:
        name = name_of(project)
        world.ports.endpoints.create(name, TAGS)
        with pytest.raises(ConflictError):
            world.ports.endpoints.delete(name)

    def test_traffic_of_an_absent_endpoint_cannot_be_set(self, world: World, project: str) -> None:
        with pytest.raises(NotFoundError):
            world.ports.endpoints.set_traffic(name_of(project), {"blue": 100})

    def test_a_failed_endpoint_has_an_error_and_is_not_created_again(self, world: World, project: str) -> None:
        name = name_of(project)
        with world.failing(name, "The subscription has no quota."):
            world.ports.endpoints.create(name, TAGS)
        endpoint = world.until(lambda: _failed(world, name), "the endpoint fails")
        assert "The subscription has no quota." in endpoint.error
        world.ports.endpoints.create(name, TAGS)
        assert _failed(world, name) == endpoint

    def test_ours_are_those_with_our_tag(self, world: World, project: str) -> None:
        world.ports.endpoints.create(name_of(project), TAGS)
        world.ports.endpoints.create(f"{project}-theirs", {"managed-by": "someone"})
        names = {endpoint.name for endpoint in world.ports.endpoints.tagged()}
        assert name_of(project) in names
        assert f"{project}-theirs" not in names


class TestAzureMLEndpoints:
    def test_the_error_of_an_endpoint_includes_the_details(
        self, workspace: World, stand_in: StandIn, project: str
    ) -> None:
        name = name_of(project)
        details = [{"code": "ImageBuildFailure", "message": "The build log says more.", "details": []}]
        stand_in.arm(on="endpoint", path=name, code="BadRequest", message="The request is invalid.", details=details)
        workspace.ports.endpoints.create(name, TAGS)
        endpoint = workspace.until(lambda: _failed(workspace, name), "the endpoint fails")
        assert endpoint.error == "(BadRequest) The request is invalid. (ImageBuildFailure) The build log says more."

    def test_an_endpoint_is_created_once_and_accepts_only_tokens(
        self, workspace: World, stand_in: StandIn, project: str
    ) -> None:
        name = name_of(project)
        workspace.endpoint(name)
        workspace.ports.endpoints.create(name, TAGS)
        [request] = stand_in.requests(method="PUT", path=f"/onlineEndpoints/{name}")
        assert request["body"]["properties"]["authMode"] == "AADToken"
        assert request["body"]["tags"] == TAGS

    def test_throttling_is_reported_without_another_try(
        self, throttled: World, stand_in: StandIn, project: str
    ) -> None:
        name = name_of(project)
        stand_in.arm(method="PUT", path=f"/onlineEndpoints/{name}$", status=429, headers={"Retry-After": "17"})
        with pytest.raises(ThrottledError) as raised:
            throttled.ports.endpoints.create(name, TAGS)
        assert raised.value.retry_after == 17
        assert len(stand_in.requests(method="PUT", path=f"/onlineEndpoints/{name}")) == 1
