"""Caps on what runs at once, and the order of those who wait."""

import pytest

from shared.core.errors import ConflictError
from shared.core.states import DEADLINES, ENDS, State
from shared.endpoints import capacity
from shared.models.project import Capacity
from shared.models.run import Queue
from shared.ports import ActiveRow
from shared.runs.decisions import decide
from tests.doubles.world import World, chat


def dropped(world: World, number: int, projects: int = 1) -> list[str]:
    """Runs that arrive one after another."""
    found = []
    for index in range(number):
        project = f"team{index % projects}" if projects > 1 else "support"
        found.append(world.drop(f"{project}/{index}.jsonl", chat(topic=f"topic {index}")))
        world.clock.advance(1)
    return found


def slots(world: World) -> Capacity:
    stored = world.ports.projects.capacity()
    assert stored is not None
    return stored.value


def running(world: World, runs: list[str]) -> int:
    return sum((job := world.ports.jobs.get(f"{run}-1")) is not None and job.status == "running" for run in runs)


def test_no_more_jobs_run_than_may_and_all_get_their_turn_in_order() -> None:
    world = World(most_jobs=2)
    runs = dropped(world, 6)

    def all_submitted() -> bool:
        assert running(world, runs) <= 2
        return len(world.ports.jobs.submitted) == len(runs)

    world.until(all_submitted)
    names = [job.name for job in world.ports.jobs.submitted]
    assert set(names[:2]) == {f"{run}-1" for run in runs[:2]}
    assert names[2:] == [f"{run}-1" for run in runs[2:]]


def test_run_that_waits_says_so_and_has_its_whole_time_when_admitted() -> None:
    world = World(most_jobs=1)
    first, second = dropped(world, 2)
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


def test_place_of_a_cancelled_run_is_given_away_once_its_job_is_gone() -> None:
    world = World(most_jobs=1)
    world.ports.jobs.lasts = 24 * 3600
    first, second = dropped(world, 2)
    world.until_state(first, State.SUBMITTED)
    decide("support", first, "cancel", "ann", world.ports)

    def admitted() -> bool:
        assert running(world, [first, second]) <= 1
        return world.run(second).state is State.SUBMITTED

    world.until(admitted)
    assert world.run(first).state in ENDS


def test_place_of_a_run_whose_next_attempt_waits_for_an_approval_is_given_away() -> None:
    world = World(most_jobs=1, budget_per_run_usd=1.5 * price_of_training())
    first, second = dropped(world, 2)
    world.until_state(first, State.SUBMITTED)
    world.ports.jobs.fail(f"{first}-1", "CUDA out of memory")
    world.until_state(second, State.SUBMITTED)
    assert world.run(first).hold_reason is not None
    decide("support", first, "approve", "ann", world.ports)
    world.until_state(first, State.LIVE)


def price_of_training() -> float:
    world = World()
    cost = world.until_state(world.drop("support/faq.jsonl"), State.SUBMITTED).cost
    assert cost is not None
    return cost.training_usd


def test_cancelled_run_leaves_the_queue() -> None:
    world = World(most_jobs=1)
    first, second, third = dropped(world, 3)
    world.until_state(first, State.SUBMITTED)
    world.until(lambda: len(world.ports.active.waiting("job")) == 2)
    decide("support", second, "cancel", "ann", world.ports)
    world.until_state(second, State.CANCELLED)
    assert [one.run_id for one in world.ports.active.waiting("job")] == [third]


def test_who_has_been_given_a_place_is_woken_once() -> None:
    world = World(most_jobs=1)
    first, second = dropped(world, 2)
    world.until_state(first, State.SUBMITTED)
    world.until(lambda: bool(world.ports.active.waiting("job")))
    decide("support", first, "cancel", "ann", world.ports)
    world.until_state(first, State.CANCELLED)
    world.ports.queue.messages.clear()
    for _ in range(3):
        capacity.reassign(world.ports)
    assert world.ports.queue.messages == [("support", second)]


def test_no_more_endpoints_are_up_than_may() -> None:
    world = World(most_endpoints=1)
    first, second = dropped(world, 2, projects=2)
    world.until(lambda: {world.run(first).state, world.run(second).state} == {State.LIVE, State.REGISTERED})
    assert len(world.ports.endpoints.created) == 1
    live = first if world.run(first).state is State.LIVE else second
    waits = second if live == first else first
    assert world.run(waits).queue == "endpoint"
    world.clock.advance(12 * 3600)
    world.until_reaped(live)
    world.until(lambda: not world.reap() and world.run(waits).state is State.LIVE)
    assert slots(world).endpoint == [world.run(waits).project]


def test_project_that_is_served_needs_no_second_place() -> None:
    world = World(most_endpoints=1)
    first = world.drop("support/a.jsonl")
    world.until_state(first, State.LIVE)
    world.until_state(world.drop("support/b.jsonl", chat(topic="quux")), State.LIVE)
    assert slots(world).endpoint == ["support"]


def test_slot_goes_to_who_arrived_first() -> None:
    world = World()
    older, younger, youngest = dropped(world, 3)
    world.until(lambda: len(world.ports.active.waiting("deploy_lock")) == 2)
    first = next(run for run in (older, younger, youngest) if world.run(run).queue is None)
    assert [one.run_id for one in world.ports.active.waiting("deploy_lock")] == [
        run for run in (older, younger, youngest) if run != first
    ]
    order: list[str] = []

    def all_served() -> bool:
        for run in (older, younger, youngest):
            if (
                world.run(run).state in (State.DEPLOYING, State.DEPLOYED, State.LIVE, State.RETIRED)
                and run not in order
            ):
                order.append(run)
        return len(order) == 3

    world.until(all_served)
    assert order == [first, *(run for run in (older, younger, youngest) if run != first)]


def test_place_that_two_workers_want_goes_to_one() -> None:
    world = World(most_jobs=1)
    first, second = (world.run(run) for run in dropped(world, 2))
    look = world.ports.active.waiting

    def meanwhile(queue: Queue, project: str | None = None) -> list[ActiveRow]:
        world.ports.active.waiting = look  # type: ignore[method-assign]
        assert capacity.acquire("job", first, world.ports)
        return look(queue, project)

    world.ports.active.waiting = meanwhile  # type: ignore[method-assign]
    with pytest.raises(ConflictError):
        capacity.acquire("job", second, world.ports)
    assert slots(world).job == [first.run_id]
    assert capacity.acquire("job", first, world.ports)
    assert not capacity.acquire("job", second, world.ports)


def test_places_are_counted_anew_when_the_row_was_lost() -> None:
    world = World(most_jobs=1)
    first, second = dropped(world, 2)
    world.until_state(first, State.SUBMITTED)
    world.ports.projects.forget_capacity()
    assert not capacity.acquire("job", world.run(second), world.ports)
    assert slots(world).job == [first]
