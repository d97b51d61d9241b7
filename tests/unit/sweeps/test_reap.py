"""The reaper deletes endpoints whose lease has run out."""

from datetime import timedelta

import pytest

from shared.core.states import State
from shared.models.project import Usage
from shared.models.run import Run
from shared.sweeps.reap import reap
from tests.doubles.world import World, chat

DAY = timedelta(days=1).total_seconds()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def run(world: World) -> Run:
    run = world.until_state(world.start_run("support/faq.jsonl"), State.LIVE)
    world.round()
    return run


def phase(world: World) -> str:
    stored = world.ports.projects.serving("support")
    assert stored is not None
    return stored.value.phase


def test_an_endpoint_in_use_is_kept_until_its_lease_runs_out(world: World, run: Run) -> None:
    for _ in range(6):
        world.clock.advance(DAY)
        world.ports.projects.put_usage(Usage(project="support", instance="a", last_used=world.clock.now()))
        assert reap(world.ports) == 0
    world.clock.advance(DAY)
    assert reap(world.ports) == 1
    assert phase(world) == "deleting"


def test_a_deletion_is_requested_again_until_the_endpoint_is_gone(world: World, run: Run) -> None:
    world.clock.advance(DAY)
    world.ports.endpoints.set_traffic(run.results.endpoint or "", {})
    assert reap(world.ports) == 0
    assert (phase(world), world.ports.endpoints.deleted) == ("deleting", [])
    world.until_reaped(run.run_id)
    assert world.ports.endpoints.deleted == [run.results.endpoint]


def test_an_endpoint_is_not_reaped_while_a_run_deploys_to_it(world: World) -> None:
    world.upload("support/tunedrop.yaml", b"lease:\n  idle: 1h\n")
    world.until_state(world.start_run("support/faq.jsonl"), State.LIVE)
    second = world.start_run("support/b.jsonl", chat(topic="quux"))
    world.until_state(second, State.DEPLOYING)
    world.clock.advance(2 * 3600)
    assert reap(world.ports) == 0
    world.until_state(second, State.LIVE)
    world.round()
    assert reap(world.ports) == 0
    assert phase(world) == "up"


def test_a_new_champion_renews_the_lease_of_an_older_endpoint(world: World, run: Run) -> None:
    before = world.ports.projects.lease("support")
    world.clock.advance(DAY / 4)
    world.until_state(world.start_run("support/b.jsonl", chat(topic="quux")), State.LIVE)
    world.round()
    after = world.ports.projects.lease("support")
    assert before is not None
    assert after is not None
    assert (after.started, after.endpoint) == (before.started, before.endpoint)
    assert after.expires > before.expires


def test_the_champions_run_writes_a_lost_lease_again(world: World, run: Run) -> None:
    lease = world.ports.projects.lease("support")
    world.ports.projects.remove_lease("support")
    assert reap(world.ports) == 0
    world.round()
    assert world.ports.projects.lease("support") == lease


def test_an_error_in_one_project_does_not_keep_the_reaper_from_the_others(world: World, run: Run) -> None:
    other = world.until_state(world.start_run("another/faq.jsonl"), State.LIVE)
    world.round()
    world.clock.advance(DAY)
    world.ports.endpoints.set_traffic(other.results.endpoint or "", {})
    reap(world.ports)
    assert world.ports.endpoints.deleted == [run.results.endpoint]


def test_a_reaped_endpoint_is_not_deleted_again(world: World, run: Run) -> None:
    world.clock.advance(DAY)
    world.until_reaped(run.run_id)
    deletions = len(world.ports.endpoints.deleted)
    assert reap(world.ports) == 0
    assert len(world.ports.endpoints.deleted) == deletions
