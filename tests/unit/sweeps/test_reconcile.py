"""Waking what is due."""

from datetime import timedelta

from shared.states import State
from shared.sweeps.reconcile import MOST_ASKED, reconcile
from tests.doubles import memory_ports
from tests.doubles.world import World


def test_run_is_woken_when_it_is_due_and_not_before() -> None:
    world = World()
    run_id = world.drop("support/faq.jsonl")
    world.until_state(run_id, State.SUBMITTED)
    assert reconcile(world.ports) == 0
    world.clock.advance(60)
    assert reconcile(world.ports) == 1
    assert world.ports.queue.messages == [("support", run_id)]


def test_ended_run_is_never_woken() -> None:
    world = World()
    world.until_state(world.drop("support/faq.jsonl", b"no chat\n"), State.REJECTED)
    world.round()
    world.clock.advance(10**6)
    assert reconcile(world.ports) == 0


def test_no_more_is_asked_for_than_is_soon_done_and_the_longest_due_comes_first() -> None:
    ports = memory_ports()
    for number in range(MOST_ASKED + 1):
        ports.active.put("support", f"run-{number:03}", ports.clock.now() - timedelta(seconds=number))
    assert reconcile(ports) == MOST_ASKED
    assert ports.queue.take() == ("support", f"run-{MOST_ASKED:03}")
    assert ("support", "run-000") not in ports.queue.messages
    assert reconcile(ports) == 1
