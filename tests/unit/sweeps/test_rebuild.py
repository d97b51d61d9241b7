"""Lost tables are rebuilt from Azure ML and from the copies in blobs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from cli.runs.rebuild import rebuild_tables
from shared.core.errors import ThrottledError
from shared.core.resources import RECORDS
from shared.core.states import Intent, State
from shared.engine.advance import advance
from shared.models.project import Serving
from shared.models.run import Run
from shared.models.training import TrainingJob
from shared.runs.decisions import decide
from shared.runs.store import all_runs
from shared.sweeps.rebuild import Rebuilt, rebuild
from shared.sweeps.sweep import sweep
from tests.doubles import memory_ports
from tests.doubles.faults import Faults
from tests.doubles.world import World, chat

DAY = timedelta(days=1).total_seconds()


@pytest.fixture
def world() -> World:
    return World()


def lose_tables(world: World) -> None:
    """Empty every table and queue."""
    fresh = memory_ports()
    for name in ("runs", "active", "projects", "ledger", "queue"):
        vars(getattr(world.ports, name)).update(vars(getattr(fresh, name)))


def serving(world: World) -> Serving:
    stored = world.ports.projects.serving("support")
    assert stored is not None
    return stored.value


def live_run(world: World, path: str = "support/faq.jsonl", topic: str = "zorbs") -> Run:
    run = world.until_state(world.start_run(path, chat(topic=topic)), State.LIVE)
    world.round()
    return world.run(run.run_id)


def effects(world: World) -> tuple[int, ...]:
    """How many jobs, models, endpoints and deployments were made, and how many endpoints were deleted."""
    ports = world.ports
    models, endpoints = ports.models.registered, ports.endpoints
    jobs, deployments = ports.jobs.submitted, ports.deployments.created
    return len(jobs), len(models), len(endpoints.created), len(deployments), len(endpoints.deleted)


def test_a_rebuild_restores_runs_serving_row_and_lease_and_repeats_no_effect(world: World) -> None:
    run = live_run(world)
    row, lease, numbers = serving(world), world.ports.projects.lease("support"), timeline_numbers(world, run)
    before = effects(world)
    lose_tables(world)
    assert rebuild(all_runs(world.ports), world.ports) == Rebuilt(runs=1, projects=1, bills=0)
    assert without_volatile_fields(world.run(run.run_id)) == without_volatile_fields(run)
    assert (serving(world), world.ports.projects.lease("support"), timeline_numbers(world, run)) == (
        row,
        lease,
        numbers,
    )
    world.clock.advance(3600)
    sweep(world.ports)
    world.round()
    assert (world.run(run.run_id).state, effects(world)) == (State.LIVE, before)


def test_a_serving_endpoint_survives_although_the_copies_are_lost_too(world: World) -> None:
    run = live_run(world)
    row, before = serving(world), effects(world)
    lose_tables(world)
    for info in list(world.ports.blobs.within(RECORDS)):
        world.ports.blobs.delete(RECORDS, info.path)
    assert rebuild(all_runs(world.ports), world.ports) == Rebuilt(runs=0, projects=1, bills=0)
    assert (serving(world).champion, serving(world).phase) == (row.champion, "up")
    sweep(world.ports)
    world.until_state(run.run_id, State.LIVE)
    assert effects(world) == before


def timeline_numbers(world: World, run: Run) -> list[int]:
    return [entry.seq for entry in world.ports.runs.timeline(run.run_id, run.project)]


def without_volatile_fields(run: Run) -> Run:
    """The record without the fields that every advance may change."""
    return run.model_copy(update={"outbox": [], "next_due": run.created, "updated": run.created})


def test_a_rebuild_leaves_existing_rows_alone(world: World) -> None:
    live_run(world)
    world.clock.advance(DAY / 4)
    assert rebuild(all_runs(world.ports), world.ports).total == 0


class Loss(Faults):
    """The tables are lost right before one call of the app, given by its number."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.world: World
        self._at = at

    def call(self, *args: Any, **named: Any) -> Any:
        if len(self.calls) == self._at:
            lose_tables(self.world)
        return super().call(*args, **named)


def live_through(loss: Loss) -> World:
    """One upload from its arrival until it is live and at rest, with a sweep now and then."""
    loss.world = world = World(loss)
    event = world.upload("support/faq.jsonl")
    world.deliver(event)
    world.until(lambda: sweep(world.ports) == 0 and at_rest(world))
    return world


def at_rest(world: World) -> bool:
    stored = world.ports.projects.serving("support")
    states = [run.state for run in world.ports.runs.all()]
    return states == [State.LIVE] and stored is not None and stored.value.deploy_lock is None


def test_an_upload_gets_one_of_each_resource_whenever_the_tables_are_lost() -> None:
    undisturbed = Loss(-1)
    live_through(undisturbed)
    assert len(undisturbed.calls) > 150
    made = {f"{at} {call}": effects(live_through(Loss(at))) for at, call in enumerate(undisturbed.calls)}
    assert {call: count for call, count in made.items() if count != (1, 1, 1, 1, 0)} == {}


def test_a_held_run_is_still_held_after_a_rebuild_but_an_approved_run_is_not() -> None:
    world = World(budget_per_run_usd=0.01)
    held, approved = world.start_run("support/a.jsonl"), world.start_run("support/b.jsonl", chat(topic="quux"))
    for run_id in (held, approved):
        world.until(lambda run_id=run_id: world.run(run_id).hold_reason is not None)  # type: ignore[misc]
    decide("support", approved, "approve", "ada", world.ports)
    world.until_state(approved, State.SUBMITTED)
    lose_tables(world)
    rebuild(all_runs(world.ports), world.ports)
    assert (world.run(held).hold_reason is None, world.run(approved).hold_reason is None) == (False, True)
    assert [decision.by for decision in world.run(approved).decisions] == ["ada"]


@pytest.mark.parametrize(
    ("end", "start"),
    [
        (State.REJECTED, lambda world: world.start_run("support/faq.jsonl", b"no chat\n")),
        (State.CANCELLED, lambda world: cancelled_run(world)),
    ],
)
def test_an_ended_run_stays_ended_after_a_rebuild(world: World, end: State, start: Callable[[World], str]) -> None:
    run_id = start(world)
    world.until_state(run_id, end)
    world.round()
    before = effects(world)
    lose_tables(world)
    sweep(world.ports)
    world.clock.advance(DAY)
    world.round()
    assert (world.run(run_id).state, effects(world), world.ports.active.rows) == (end, before, {})


def cancelled_run(world: World) -> str:
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    decide("support", run_id, "cancel", "ada", world.ports)
    return run_id


def test_an_older_version_is_still_superseded_although_only_the_table_knew(world: World) -> None:
    older = world.start_run("support/faq.jsonl")
    world.until_state(older, State.SUBMITTED)
    newer = world.start_run("support/faq.jsonl", chat(topic="quux"))
    advance("support", newer, world.ports)
    lose_tables(world)
    rebuild(all_runs(world.ports), world.ports)
    assert (world.run(older).intent, world.run(newer).intent) == (Intent.SUPERSEDE, Intent.PROCEED)


@pytest.mark.parametrize("lost", ["all tables", "the slots"])
@pytest.mark.parametrize("state", [State.PREPARED, State.SUBMITTED, State.CLOSING])
def test_a_run_with_a_job_gets_its_slot_back_even_if_a_timer_fires_before_the_rebuild(
    state: State, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(most_jobs=1)
    world.ports.jobs.lasts = world.ports.jobs.stops_in = DAY
    run_id = world.start_run("support/faq.jsonl")
    if state is State.PREPARED:
        monkeypatch.setattr(world.ports.jobs, "submit", without_reply(world.ports.jobs.submit))
    world.until(lambda: bool(world.ports.jobs.submitted))
    if state is State.CLOSING:
        decide("support", run_id, "cancel", "ada", world.ports)
    world.until_state(run_id, state)
    monkeypatch.undo()
    lose_tables(world) if lost == "all tables" else world.ports.projects.forget_capacity()
    world.round()
    rebuild(all_runs(world.ports), world.ports)
    other = world.start_run("sales/faq.jsonl")
    world.until(lambda: world.run(other).queue == "job")
    assert len([job for job in world.ports.jobs.tagged() if job.status == "running"]) == 1


def without_reply(submit: Callable[[TrainingJob], None]) -> Callable[..., None]:
    """Submits jobs, but loses the reply."""

    def submit_without_reply(job: TrainingJob, before: datetime) -> None:
        submit(job)
        raise ThrottledError("The answer was lost.", 3600)

    return submit_without_reply


def test_a_project_with_an_endpoint_gets_its_slot_back_even_if_a_timer_fires_before_the_rebuild() -> None:
    world = World(most_endpoints=1)
    live_run(world)
    lose_tables(world)
    world.round()
    rebuild(all_runs(world.ports), world.ports)
    other = world.start_run("sales/faq.jsonl")
    world.until(lambda: world.run(other).queue == "endpoint")
    assert len(list(world.ports.endpoints.tagged())) == 1


def test_a_run_that_waits_for_an_endpoint_slot_gets_none_from_a_rebuild() -> None:
    world = World(most_endpoints=1)
    live_run(world)
    other = world.start_run("sales/faq.jsonl")
    world.until(lambda: world.run(other).queue == "endpoint")
    rebuild(all_runs(world.ports), world.ports)
    world.clock.advance(DAY / 24)
    world.round()
    assert world.run(other).queue == "endpoint"


def test_a_timer_that_fires_during_a_rebuild_ends_no_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = live_run(world)
    before = effects(world)
    lose_tables(world)
    create = world.ports.projects.create_serving

    def advance_then_create(row: Serving) -> bool:
        world.round()
        advance(run.project, run.run_id, world.ports)
        return create(row)

    monkeypatch.setattr(world.ports.projects, "create_serving", advance_then_create)
    rebuild(all_runs(world.ports), world.ports)
    world.clock.advance(3600)
    world.round()
    assert (world.run(run.run_id).state, effects(world)) == (State.LIVE, before)


def test_a_rebuild_keeps_the_start_of_a_lease_and_resets_its_idle_time(world: World) -> None:
    run = live_run(world)
    world.clock.advance(6 * DAY)
    lose_tables(world)
    rebuild(all_runs(world.ports), world.ports)
    assert not world.reap()
    assert serving(world).phase == "up"
    world.clock.advance(DAY)
    world.until_reaped(run.run_id)
    [bill] = world.ports.ledger.entries()
    assert bill.hours > 7 * 24


def test_an_endpoint_that_was_being_deleted_is_still_deleted_and_its_name_is_not_reused(world: World) -> None:
    run = live_run(world)
    world.clock.advance(DAY)
    world.reap()
    assert serving(world).phase == "deleting"
    lose_tables(world)
    rebuild(all_runs(world.ports), world.ports)
    world.until_reaped(run.run_id)
    assert serving(world).generation == 2
    assert len(world.ports.ledger.entries()) == 1


def test_a_rebuild_restores_the_ledger_and_the_next_generation(world: World) -> None:
    run = live_run(world)
    world.clock.advance(DAY)
    world.until_reaped(run.run_id)
    bills = world.ports.ledger.entries()
    lose_tables(world)
    assert rebuild(all_runs(world.ports), world.ports) == Rebuilt(runs=1, projects=1, bills=1)
    assert (world.ports.ledger.entries(), serving(world).generation) == (bills, 2)
    assert live_run(world, "support/b.jsonl", "quux").results.endpoint != run.results.endpoint


def test_a_rebuild_makes_a_run_due_that_is_missing_from_the_index(world: World) -> None:
    run = live_run(world)
    world.ports.active.remove(run.project, run.run_id)
    rebuild(all_runs(world.ports), world.ports)
    assert [row.run_id for row in world.ports.active.due(world.clock.now())] == [run.run_id]


def test_the_next_rebuild_finishes_an_interrupted_rebuild(world: World) -> None:
    run = live_run(world)
    lose_tables(world)
    interrupted = replace(world.ports, projects=memory_ports().projects)
    rebuild(all_runs(interrupted), interrupted)
    assert rebuild(all_runs(world.ports), world.ports) == Rebuilt(runs=0, projects=1, bills=0)
    assert serving(world).champion_run == run.run_id


def test_the_rebuild_command_says_what_it_restored(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    live_run(world)
    lose_tables(world)
    console = Console(width=200)
    rebuild_tables(console, world.ports)
    rebuild_tables(console, world.ports)
    assert capsys.readouterr().out.splitlines()[0].startswith("Restored 1 run, 1 project and 0 ledger entries.")
