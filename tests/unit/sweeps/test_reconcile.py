"""Waking what is due."""

from shared.states import State
from shared.sweeps.reconcile import reconcile
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
