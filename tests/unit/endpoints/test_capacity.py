"""Slots for jobs and endpoints, the deploy lock, and the order of the runs that wait for them."""

import pytest

from shared.core.errors import ConflictError
from shared.core.states import DEADLINES, ENDS, State
from shared.endpoints import capacity
from shared.models.project import Capacity
from shared.models.run import Queue
from shared.ports import ActiveRow
from shared.runs.decisions import decide
from tests.doubles.world import World, chat


def started_runs(world: World, number: int, projects: int = 1) -> list[str]:
    """Ids of runs that arrive one second after another."""
    run_ids = []
    for index in range(number):
        project = f"team{index % projects}" if projects > 1 else "support"
        run_ids.append(world.start_run(f"{project}/{index}.jsonl", chat(topic=f"topic {index}")))
        world.clock.advance(1)
    return run_ids


def slots(world: World) -> Capacity:
    stored = world.ports.projects.capacity()
    assert stored is not None
    return stored.value


def running_jobs(world: World, runs: list[str]) -> int:
    return sum((job := world.ports.jobs.get(f"{run}-1")) is not None and job.status == "running" for run in runs)


def test_jobs_never_exceed_their_slots_and_get_them_in_order_of_arrival() -> None:
    world = World(most_jobs=2)
    runs = started_runs(world, 6)

    def all_submitted() -> bool:
        assert running_jobs(world, runs) <= 2
        return len(world.ports.jobs.submitted) == len(runs)

    world.until(all_submitted)
    names = [job.name for job in world.ports.jobs.submitted]
    assert set(names[:2]) == {f"{run}-1" for run in runs[:2]}
    assert names[2:] == [f"{run}-1" for run in runs[2:]]


def test_a_run_that_waits_for_a_slot_says_so_and_gets_a_full_deadline_with_the_slot() -> None:
    world = World(most_jobs=1)
    first, second = started_runs(world, 2)
    world.until_state(first, State.SUBMITTED)
    waiting = world.until_state(second, State.PREPARED)
    world.round()
    assert world.run(second).queue == "job"
    world.ports.jobs.lasts = 5 * 3600
    world.clock.advance(2 * 3600)
    world.until_state(second, State.SUBMITTED)
    assert world.run(second).queue is None
    assert waiting.deadline < world.run(second).deadline
    assert (world.run(second).deadline - world.clock.now()) <= DEADLINES[State.SUBMITTED]


def test_the_slot_of_a_cancelled_run_is_reassigned_once_its_job_is_gone() -> None:
    world = World(most_jobs=1)
    world.ports.jobs.lasts = 24 * 3600
    first, second = started_runs(world, 2)
    world.until_state(first, State.SUBMITTED)
    decide("support", first, "cancel", "ann", world.ports)

    def admitted() -> bool:
        assert running_jobs(world, [first, second]) <= 1
        return world.run(second).state is State.SUBMITTED

    world.until(admitted)
    assert world.run(first).state in ENDS


def test_the_slot_of_a_run_whose_next_attempt_waits_for_an_approval_is_reassigned() -> None:
    world = World(most_jobs=1, budget_per_run_usd=1.5 * price_of_training())
    first, second = started_runs(world, 2)
    world.until_state(first, State.SUBMITTED)
    world.ports.jobs.fail(f"{first}-1", "CUDA out of memory")
    world.until_state(second, State.SUBMITTED)
    assert world.run(first).hold_reason is not None
    decide("support", first, "approve", "ann", world.ports)
    world.until_state(first, State.LIVE)


def price_of_training() -> float:
    """What one training of the standard upload costs, in USD."""
    world = World()
    cost = world.until_state(world.start_run("support/faq.jsonl"), State.SUBMITTED).cost
    assert cost is not None
    return cost.training_usd


def test_a_cancelled_run_leaves_the_queue() -> None:
    world = World(most_jobs=1)
    first, second, third = started_runs(world, 3)
    world.until_state(first, State.SUBMITTED)
    world.until(lambda: len(world.ports.active.waiting("job")) == 2)
    decide("support", second, "cancel", "ann", world.ports)
    world.until_state(second, State.CANCELLED)
    assert [row.run_id for row in world.ports.active.waiting("job")] == [third]


def test_a_run_that_gets_a_slot_is_woken_once() -> None:
    world = World(most_jobs=1)
    first, second = started_runs(world, 2)
    world.until_state(first, State.SUBMITTED)
    world.until(lambda: bool(world.ports.active.waiting("job")))
    decide("support", first, "cancel", "ann", world.ports)
    world.until_state(first, State.CANCELLED)
    world.ports.queue.messages.clear()
    for _ in range(3):
        capacity.reassign(world.ports)
    assert world.ports.queue.messages == [("support", second)]


def test_endpoints_never_exceed_their_slots() -> None:
    world = World(most_endpoints=1)
    first, second = started_runs(world, 2, projects=2)
    world.until(lambda: {world.run(first).state, world.run(second).state} == {State.LIVE, State.REGISTERED})
    assert len(world.ports.endpoints.created) == 1
    live = first if world.run(first).state is State.LIVE else second
    waiting = second if live == first else first
    assert world.run(waiting).queue == "endpoint"
    world.clock.advance(12 * 3600)
    world.until_reaped(live)
    world.until(lambda: not world.reap() and world.run(waiting).state is State.LIVE)
    assert slots(world).endpoint == [world.run(waiting).project]


def test_a_project_that_has_an_endpoint_needs_no_second_slot() -> None:
    world = World(most_endpoints=1)
    first = world.start_run("support/a.jsonl")
    world.until_state(first, State.LIVE)
    world.until_state(world.start_run("support/b.jsonl", chat(topic="quux")), State.LIVE)
    assert slots(world).endpoint == ["support"]


def test_the_deploy_lock_goes_to_the_run_that_arrived_first() -> None:
    world = World()
    older, younger, youngest = started_runs(world, 3)
    world.until(lambda: len(world.ports.active.waiting("deploy_lock")) == 2)
    first = next(run for run in (older, younger, youngest) if world.run(run).queue is None)
    assert [row.run_id for row in world.ports.active.waiting("deploy_lock")] == [
        run for run in (older, younger, youngest) if run != first
    ]
    order: list[str] = []

    def all_have_deployed() -> bool:
        for run in (older, younger, youngest):
            if (
                world.run(run).state in (State.DEPLOYING, State.DEPLOYED, State.LIVE, State.RETIRED)
                and run not in order
            ):
                order.append(run)
        return len(order) == 3

    world.until(all_have_deployed)
    assert order == [first, *(run for run in (older, younger, youngest) if run != first)]


def test_a_slot_that_two_workers_want_goes_to_one_of_them() -> None:
    world = World(most_jobs=1)
    first, second = (world.run(run) for run in started_runs(world, 2))
    waiting = world.ports.active.waiting

    def acquire_then_read(queue: Queue, project: str | None = None) -> list[ActiveRow]:
        world.ports.active.waiting = waiting  # type: ignore[method-assign]
        assert capacity.acquire("job", first, world.ports)
        return waiting(queue, project)

    world.ports.active.waiting = acquire_then_read  # type: ignore[method-assign]
    with pytest.raises(ConflictError):
        capacity.acquire("job", second, world.ports)
    assert slots(world).job == [first.run_id]
    assert capacity.acquire("job", first, world.ports)
    assert not capacity.acquire("job", second, world.ports)


def test_slots_are_counted_again_when_their_row_is_lost() -> None:
    world = World(most_jobs=1)
    first, second = started_runs(world, 2)
    world.until_state(first, State.SUBMITTED)
    world.ports.projects.forget_capacity()
    assert not capacity.acquire("job", world.run(second), world.ports)
    assert slots(world).job == [first]
