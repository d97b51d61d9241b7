"""The reconcile timer wakes the runs that are due."""

from datetime import timedelta

from shared.core.durations import REQUESTED_AGAIN_AFTER
from shared.core.states import State
from shared.sweeps.reconcile import reconcile
from tests.doubles import memory_ports
from tests.doubles.world import World


def test_a_run_is_woken_when_it_is_due_and_not_before() -> None:
    world = World()
    run_id = world.start_run("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    assert reconcile(world.ports) == 0
    world.clock.advance(60)
    assert reconcile(world.ports) == 1
    assert world.ports.queue.messages == [("support", run_id)]


def test_an_ended_run_is_never_woken() -> None:
    world = World()
    world.until_state(world.start_run("support/faq.jsonl", b"no chat\n"), State.REJECTED)
    world.round()
    world.clock.advance(10**6)
    assert reconcile(world.ports) == 0


def test_the_run_that_has_been_due_longest_is_woken_first() -> None:
    ports = memory_ports()
    for number in (1, 3, 2):
        ports.active.put("support", f"run-{number}", ports.clock.now() - timedelta(seconds=number))
    assert reconcile(ports) == 3
    assert [ports.queue.take() for _ in range(3)] == [("support", f"run-{number}") for number in (3, 2, 1)]


def test_a_run_that_was_requested_is_not_requested_again_for_a_while() -> None:
    ports = memory_ports()
    ports.active.put("support", "run", ports.clock.now())
    assert [reconcile(ports), reconcile(ports)] == [1, 0]
    ports.clock.advance(REQUESTED_AGAIN_AFTER.total_seconds())
    assert [reconcile(ports), reconcile(ports)] == [1, 0]


def test_a_run_that_was_advanced_and_is_due_again_is_requested_at_once() -> None:
    ports = memory_ports()
    ports.active.put("support", "run", ports.clock.now())
    assert reconcile(ports) == 1
    ports.active.put("support", "run", ports.clock.now())
    assert reconcile(ports) == 1
