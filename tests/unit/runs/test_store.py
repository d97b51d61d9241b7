"""How a run's record is written."""

from shared.runs import store
from tests.doubles.world import World


def test_a_run_that_exists_keeps_its_place_in_the_queue_when_it_is_created_again() -> None:
    world = World(most_jobs=1)
    world.start_run("support/faq.jsonl")
    waiting = world.start_run("support/chats.jsonl")
    world.until(lambda: world.run(waiting).queue == "job")
    new = world.run(waiting).model_copy(update={"queue": None, "next_due": world.clock.now()})
    assert not store.create(new, world.ports)
    assert [row.run_id for row in world.ports.active.waiting("job")] == [waiting]
