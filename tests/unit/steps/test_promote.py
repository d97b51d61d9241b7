"""A deployment that cannot be promoted: the previous champion serves on, and the record says so."""

from collections.abc import Callable, Mapping

import pytest

from shared.core.errors import TunedropError
from shared.core.states import State
from shared.models.run import Run
from shared.runs.decisions import decide
from tests.doubles.world import World, chat

AZURE_MESSAGE = "(BadRequest) The instance type Standard_DS2_v2 is not supported for this model."
Trouble = Callable[[World], None]


def refused(world: World) -> None:
    """Azure refuses every change of the traffic."""
    world.ports.endpoints.set_traffic = _refuse  # type: ignore[method-assign]


def _refuse(name: str, traffic: Mapping[str, int]) -> None:
    raise TunedropError(AZURE_MESSAGE)


def failing(world: World) -> None:
    """Azure accepts the change of the traffic, then fails to make it."""
    world.ports.endpoints.fails_with = AZURE_MESSAGE


def slow(world: World) -> None:
    """Azure moves the traffic only after the app has stopped waiting for it."""
    world.ports.endpoints.hosting.update_seconds = 3600 + 600


@pytest.fixture
def world() -> World:
    return World()


def endpoint_now(world: World) -> tuple[str, dict[str, int], list[str]]:
    """The endpoint's state, its traffic and its deployments."""
    [endpoint] = world.ports.endpoints.tagged()
    deployments = [deployment.name for deployment in world.ports.deployments.of(endpoint.name)]
    return endpoint.provisioning, endpoint.traffic, deployments


def live_run(world: World) -> Run:
    return world.until_state(world.start_run("support/a.jsonl"), State.LIVE)


def run_that_is_not_promoted(world: World, trouble: Trouble) -> Run:
    """The run of another upload, after it has failed in this trouble. Then the trouble is over."""
    run_id = world.start_run("support/b.jsonl", chat(topic="quux"))
    world.until_state(run_id, State.DEPLOYING)
    set_traffic = world.ports.endpoints.set_traffic
    trouble(world)
    world.until_state(run_id, State.CLOSING)
    world.ports.endpoints.set_traffic = set_traffic  # type: ignore[method-assign]
    world.ports.endpoints.fails_with = None
    world.ports.endpoints.hosting.update_seconds = 5
    return world.until_state(run_id, State.FAILED)


@pytest.mark.parametrize("trouble", [refused, failing, slow])
def test_the_previous_champion_serves_on_and_the_failed_deployment_is_deleted(world: World, trouble: Trouble) -> None:
    champion = live_run(world)
    run = run_that_is_not_promoted(world, trouble)
    deployment = champion.results.deployment or ""
    world.until(lambda: endpoint_now(world) == ("succeeded", {deployment: 100}, [deployment]))
    assert world.run(champion.run_id).state is State.LIVE
    assert (run.results.error or "").endswith(f"Deployment {deployment} serves as before.")
    assert run.results.failure == (None if trouble is slow else "sku_not_allowed")
    assert not world.reap()


def test_a_run_that_could_not_be_promoted_can_be_retried(world: World) -> None:
    champion = live_run(world)
    run = run_that_is_not_promoted(world, refused)
    decide("support", run.run_id, "retry", "ada", world.ports)
    world.until_state(run.run_id, State.LIVE)
    world.until_state(champion.run_id, State.RETIRED)
    assert len(world.ports.jobs.submitted) == 2


def test_the_endpoint_is_deleted_if_there_is_no_previous_champion(world: World) -> None:
    run = run_that_is_not_promoted(world, refused)
    assert "serves as before" not in (run.results.error or "")
    world.until_no_endpoint()


def test_a_previous_champion_that_was_cancelled_meanwhile_does_not_serve_again(world: World) -> None:
    champion = live_run(world)

    def fail_and_cancel(world: World) -> None:
        failing(world)
        decide("support", champion.run_id, "cancel", "ada", world.ports)

    run = run_that_is_not_promoted(world, fail_and_cancel)
    world.until_state(champion.run_id, State.CANCELLED)
    world.until_no_endpoint()
    assert world.run(run.run_id).state is State.FAILED
