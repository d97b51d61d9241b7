"""Tables are lost, or a message is poison, in the real tables and queues while the host runs."""

import json

from azure.data.tables import TableServiceClient
from azure.storage.queue import QueueClient, TextBase64EncodePolicy

from shared.core.resources import POISON_QUEUE, TABLES
from shared.core.states import State
from shared.gateways.credential import credential
from shared.runs.store import all_runs
from shared.sweeps.rebuild import rebuild
from tests.e2e.world import ONE_OF_EACH, OVER_BUDGET, World, rows


def lose_tables(world: World) -> None:
    with TableServiceClient(world.ports.settings.table_uri, credential=credential()) as service:
        for name in TABLES:
            table = service.get_table_client(name)
            for entity in table.list_entities(select=["PartitionKey", "RowKey"]):
                table.delete_entity(entity)


def test_lost_tables_are_rebuilt_and_nothing_is_made_twice(quick_world: World) -> None:
    world = quick_world
    run = world.until_state(world.drop("lost", rows(40, "pebbles")), State.LIVE)
    world.until(lambda: world.ports.projects.lease("lost") is not None, "the lease")
    before, states = world.ports.projects.serving("lost"), world.states(run)
    lease = world.ports.projects.lease("lost")
    assert before is not None
    lose_tables(world)
    assert rebuild(all_runs(world.ports), world.ports).runs >= 1
    after = world.ports.projects.serving("lost")
    assert after is not None
    assert after.value.model_copy(update={"deploy_lock": None}) == before.value.model_copy(update={"deploy_lock": None})
    assert (world.read(run).state, world.states(run), world.ports.projects.lease("lost")) == (State.LIVE, states, lease)
    due = world.read(run).next_due
    world.until(lambda: world.read(run).next_due > due, "the next look at the run")
    assert (world.read(run).state, world.counts(run)) == (State.LIVE, ONE_OF_EACH)


def test_a_poison_message_ends_in_the_timeline_of_its_run(quick_world: World) -> None:
    """The run waits for an approval. If a worker were at it, the message would come again only after 30 s."""
    world = quick_world
    run = world.drop("poisoned", rows(40, "pebbles"), OVER_BUDGET)
    world.until(lambda: bool(world.read(run).hold_reason), "the run to wait for an approval")
    encode = TextBase64EncodePolicy()
    uri = world.ports.settings.queue_uri
    with QueueClient(uri, POISON_QUEUE, credential=credential(), message_encode_policy=encode) as queue:
        queue.send_message(json.dumps({"project": run.project, "run_id": run.run_id}))
        queue.send_message("poison of somebody else")

    def notes() -> list[str]:
        return [entry.note for entry in world.ports.runs.timeline(run.run_id, run.project)]

    world.until(lambda: any("failed five times" in note for note in notes()), "the note about the message")
    world.api.decide(run.run_id, "approve", "ann")
    world.until_state(run, State.SUBMITTED)
