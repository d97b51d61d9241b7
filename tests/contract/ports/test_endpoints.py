import pytest

from shared.core.errors import ConflictError, NotFoundError, ThrottledError
from shared.models.hosting import Endpoint
from tests.contract.ports.worlds import TAGS, StandIn, World


def name_of(project: str) -> str:
    return f"{project}-abcde-1"


def deleted(world: World, name: str) -> None:
    world.ports.endpoints.delete(name)
    world.until(lambda: world.ports.endpoints.get(name) is None, f"{name} is gone")


def _failed(world: World, name: str) -> Endpoint | None:
    found = world.ports.endpoints.get(name)
    return found if found and found.provisioning == "failed" else None


class TestEndpoints:
    def test_an_endpoint_is_created_in_its_time(self, world: World, project: str) -> None:
        name = name_of(project)
        world.ports.endpoints.create(name, TAGS)
        found = world.ports.endpoints.get(name)
        assert found is not None
        assert (found.name, found.provisioning, found.tags, found.traffic) == (name, "creating", TAGS, {})
        assert name in world.settled(name)

    def test_what_is_absent_is_none(self, world: World, project: str) -> None:
        assert world.ports.endpoints.get(name_of(project)) is None

    def test_the_same_endpoint_twice_is_one(self, world: World, project: str) -> None:
        name = name_of(project)
        world.ports.endpoints.create(name, TAGS)
        world.ports.endpoints.create(name, TAGS)
        world.settled(name)
        world.ports.endpoints.create(name, TAGS)
        found = world.ports.endpoints.get(name)
        assert found is not None
        assert found.provisioning == "succeeded"

    def test_a_name_with_other_tags_is_a_conflict(self, world: World, project: str) -> None:
        world.ports.endpoints.create(name_of(project), TAGS)
        with pytest.raises(ConflictError):
            world.ports.endpoints.create(name_of(project), {**TAGS, "project": "other"})

    def test_a_deleted_endpoint_goes_in_its_time(self, world: World, project: str) -> None:
        name = name_of(project)
        world.endpoint(name)
        world.ports.endpoints.delete(name)
        found = world.ports.endpoints.get(name)
        assert found is not None
        assert found.provisioning == "deleting"
        world.ports.endpoints.delete(name)
        deleted(world, name)
        world.ports.endpoints.delete(name)

    def test_a_name_that_was_used_is_not_to_be_had(self, world: World, project: str) -> None:
        name = name_of(project)
        world.endpoint(name)
        deleted(world, name)
        with pytest.raises(ConflictError):
            world.ports.endpoints.create(name, TAGS)

    def test_an_endpoint_that_is_still_being_made_is_not_deleted(self, world: World, project: str) -> None:
        name = name_of(project)
        world.ports.endpoints.create(name, TAGS)
        with pytest.raises(ConflictError):
            world.ports.endpoints.delete(name)

    def test_traffic_of_nothing_cannot_be_set(self, world: World, project: str) -> None:
        with pytest.raises(NotFoundError):
            world.ports.endpoints.set_traffic(name_of(project), {"blue": 100})

    def test_an_endpoint_that_fails_says_why(self, world: World, project: str) -> None:
        name = name_of(project)
        with world.failing(name, "The subscription has no quota."):
            world.ports.endpoints.create(name, TAGS)
        found = world.until(lambda: _failed(world, name), "the endpoint fails")
        assert "The subscription has no quota." in found.error
        world.ports.endpoints.create(name, TAGS)
        assert _failed(world, name) == found

    def test_ours_are_those_that_bear_our_tag(self, world: World, project: str) -> None:
        world.ports.endpoints.create(name_of(project), TAGS)
        world.ports.endpoints.create(f"{project}-theirs", {"managed-by": "someone"})
        names = {endpoint.name for endpoint in world.ports.endpoints.ours()}
        assert name_of(project) in names
        assert f"{project}-theirs" not in names


class TestAzureMLEndpoints:
    def test_why_an_endpoint_failed_stands_in_the_details_too(
        self, workspace: World, stand_in: StandIn, project: str
    ) -> None:
        name = name_of(project)
        details = [{"code": "ImageBuildFailure", "message": "The build log says more.", "details": []}]
        stand_in.arm(on="endpoint", path=name, code="BadRequest", message="The request is invalid.", details=details)
        workspace.ports.endpoints.create(name, TAGS)
        found = workspace.until(lambda: _failed(workspace, name), "the endpoint fails")
        assert found.error == "(BadRequest) The request is invalid. (ImageBuildFailure) The build log says more."

    def test_an_endpoint_is_created_once_and_takes_tokens_only(
        self, workspace: World, stand_in: StandIn, project: str
    ) -> None:
        name = name_of(project)
        workspace.endpoint(name)
        workspace.ports.endpoints.create(name, TAGS)
        [request] = stand_in.requests(method="PUT", path=f"/onlineEndpoints/{name}")
        assert request["body"]["properties"]["authMode"] == "AADToken"
        assert request["body"]["tags"] == TAGS

    def test_throttling_is_handed_on_at_once(self, throttled: World, stand_in: StandIn, project: str) -> None:
        name = name_of(project)
        stand_in.arm(method="PUT", path=f"/onlineEndpoints/{name}$", status=429, headers={"Retry-After": "17"})
        with pytest.raises(ThrottledError) as raised:
            throttled.ports.endpoints.create(name, TAGS)
        assert raised.value.retry_after == 17
        assert len(stand_in.requests(method="PUT", path=f"/onlineEndpoints/{name}")) == 1
