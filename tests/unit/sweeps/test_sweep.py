"""The sweep finds uploads whose event was lost."""

from shared.core.states import State
from shared.sweeps.sweep import sweep
from tests.doubles.world import World


def test_an_upload_whose_event_was_lost_goes_live() -> None:
    world = World()
    world.upload("support/faq.jsonl")
    assert sweep(world.ports) == 1
    [run] = world.ports.runs.all()
    world.until_state(run.run_id, State.LIVE)


def test_an_event_that_comes_after_the_sweep_makes_no_second_run() -> None:
    world = World()
    event = world.upload("support/faq.jsonl")
    sweep(world.ports)
    world.deliver(event)
    assert len(list(world.ports.runs.all())) == 1


def test_the_sweep_ignores_uploads_that_have_a_run_and_blobs_that_are_not_uploads() -> None:
    world = World()
    world.start_run("support/faq.jsonl")
    for path in ("support/tunedrop.yaml", "support/notes.txt", "faq.jsonl", "NO/faq.jsonl"):
        world.upload(path)
    world.upload("support/empty.jsonl", b"")
    assert sweep(world.ports) == 0
