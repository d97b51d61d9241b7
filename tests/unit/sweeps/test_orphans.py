"""Orphans: resources with the app's tags that no run owns."""

from dataclasses import replace

import pytest

from shared.core.durations import ORPHAN_GRACE
from shared.core.naming import endpoint_name
from shared.core.states import State
from shared.models.hosting import DeploymentSpec
from shared.models.run import Run
from shared.ports import Ports
from shared.steps.common import tags
from shared.sweeps.sweep import sweep
from tests.doubles import memory_ports
from tests.doubles.world import World

HOUR = 3600.0


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def live(world: World) -> Run:
    run = world.until_state(world.start_run("support/faq.jsonl"), State.LIVE)
    world.round()
    return run


def swept(world: World, hours: int = 4) -> int:
    """Sweep once an hour; how many resources were removed in all."""
    count = 0
    for _ in range(hours):
        count += sweep(world.ports)
        world.clock.advance(HOUR)
    return count


def submit(world: World, run: Run, attempt: int) -> str:
    """Submit a long job as this attempt of the run; its name."""
    plan = run.results.plan
    assert plan is not None
    name = f"{run.run_id}-{attempt}"
    world.ports.jobs.lasts = 100 * HOUR
    world.ports.jobs.submit(plan.model_copy(update={"name": name, "tags": {**plan.tags, "attempt": str(attempt)}}))
    return name


def status(ports: Ports, job: str) -> str | None:
    current = ports.jobs.get(job)
    return current.status if current else None


def test_the_sweep_touches_nothing_of_a_live_run(world: World, live: Run) -> None:
    assert swept(world) == 0
    assert [endpoint.name for endpoint in world.ports.endpoints.tagged()] == [live.results.endpoint]
    assert len(list(world.ports.models.tagged())) == 1


def test_a_running_job_of_an_attempt_that_is_over_is_cancelled(world: World, live: Run) -> None:
    job = submit(world, live, attempt=7)
    assert swept(world) == 1
    assert status(world.ports, job) == "cancelled"


def test_an_orphan_seen_once_or_within_the_grace_period_is_kept(world: World, live: Run) -> None:
    job = submit(world, live, attempt=7)
    world.clock.advance(10 * HOUR)
    assert sweep(world.ports) == 0
    world.clock.advance(ORPHAN_GRACE.total_seconds() - 1)
    assert sweep(world.ports) == 0
    assert status(world.ports, job) == "running"
    world.clock.advance(1)
    assert sweep(world.ports) == 1


def test_the_sighting_of_an_orphan_is_forgotten_once_a_run_owns_it(world: World, live: Run) -> None:
    job = submit(world, live, attempt=2)
    sweep(world.ports)
    stored = world.ports.runs.get("support", live.run_id)
    assert stored is not None
    etag = world.ports.runs.replace(live.model_copy(update={"attempt": 2}), stored.etag)
    world.clock.advance(ORPHAN_GRACE.total_seconds())
    assert sweep(world.ports) == 0
    world.ports.runs.replace(live, etag)
    assert sweep(world.ports) == 0
    assert status(world.ports, job) == "running"


def test_a_model_is_kept_after_its_run_has_ended_but_a_model_of_no_run_is_deleted(world: World) -> None:
    run = world.until_state(world.start_run("support/faq.jsonl"), State.LIVE)
    world.clock.advance(24 * HOUR)
    world.until_reaped(run.run_id)
    [model] = world.ports.models.tagged()
    stray = model.model_copy(update={"version": "0000000000-1", "tags": {**model.tags, "run": "support-0000000000"}})
    world.ports.models.register(stray)
    assert swept(world) == 1
    assert list(world.ports.models.tagged()) == [model]


def test_an_endpoint_of_an_older_generation_is_deleted_with_its_deployments(world: World, live: Run) -> None:
    name = endpoint_name("support", world.ports.settings.workspace_id, generation=9)
    world.ports.endpoints.create(name, tags.of_project("support"))
    world.clock.advance(HOUR)
    deploy(world, name, live, "support-0000000000-1")
    assert swept(world) == 1
    assert world.ports.endpoints.deleted == [name]


def test_a_deployment_without_a_live_run_is_deleted_from_an_endpoint_that_stays(world: World, live: Run) -> None:
    endpoint = live.results.endpoint or ""
    deploy(world, endpoint, live, "support-0000000000-1")
    assert swept(world) == 1
    assert [deployment.name for deployment in world.ports.deployments.of(endpoint)] == [live.results.deployment]


def deploy(world: World, endpoint: str, run: Run, name: str) -> None:
    """Create a deployment of a run that the tables do not know."""
    unknown = run.model_copy(update={"run_id": name.rpartition("-")[0]})
    version = run.results.model.version if run.results.model else ""
    spec = {"model_name": run.project, "model_version": version, "instance_type": "Standard_X"}
    world.ports.deployments.create(DeploymentSpec(endpoint=endpoint, name=name, tags=tags.of_attempt(unknown), **spec))


def test_nothing_is_removed_when_the_tables_are_lost(world: World, live: Run) -> None:
    ports = world.ports
    fresh = memory_ports(world.clock)
    empty = replace(ports, runs=fresh.runs, active=fresh.active, projects=fresh.projects, ledger=fresh.ledger)
    for _ in range(4):
        sweep(empty)
        world.clock.advance(HOUR)
    assert ports.endpoints.deleted == []
    assert len(list(ports.models.tagged())) == 1


def test_an_orphan_that_cannot_be_deleted_does_not_protect_the_others(world: World, live: Run) -> None:
    endpoint = live.results.endpoint or ""
    for name in ("support-0000000000-1", "support-1111111111-1"):
        deploy(world, endpoint, live, name)
    world.clock.advance(HOUR)
    world.ports.endpoints.set_traffic(endpoint, {"support-0000000000-1": 100})
    assert swept(world) == 1
    assert {deployment.name for deployment in world.ports.deployments.of(endpoint)} == {
        "support-0000000000-1",
        live.results.deployment,
    }
