"""Event Grid delivers events more than once and in any order."""

from cli.stack.azureml import RunEvent
from shared.core.naming import attempt_name
from shared.core.states import State
from tests.e2e.world import ONE_OF_EACH, World, rows

DELIVERIES = 5


def test_every_event_five_times_and_backwards_has_one_effect(quick_world: World) -> None:
    world = quick_world
    run = world.drop("again", rows(40, "buttons"))
    world.until(lambda: bool(world.eventgrid.deliveries("uploads", "/again/rows.jsonl")), "the upload's event")
    upload = world.eventgrid.deliveries("uploads", "/again/rows.jsonl")[0]
    for _ in range(DELIVERIES - 1):
        world.eventgrid.resend(upload["id"])
    job = attempt_name(run.run_id, 1)
    world.until(lambda: job in completed(world), "the event of the job's end")
    events = job_events(world, job)
    for event in reversed(events):
        for _ in range(DELIVERIES - 1):
            world.eventgrid.resend(event)
    run = world.until_state(run, State.LIVE)
    assert [deliveries(world, event) for event in (upload["id"], *events)] == [DELIVERIES] * (len(events) + 1)
    assert [other.run_id for other in world.ports.runs.all("again")] == [run.run_id]
    assert world.counts(run) == ONE_OF_EACH
    assert world.states(run) == sorted(set(world.states(run)), key=list(State).index)


def job_events(world: World, job: str) -> list[str]:
    """The ids of the events of a job and of its steps, in the order in which they were first delivered."""
    ids = {event["id"] for event in world.azureml.events() if job in (event["data"]["runId"], parent(event))}
    return list(dict.fromkeys(entry["id"] for entry in world.eventgrid.log() if entry["id"] in ids))


def completed(world: World) -> list[str]:
    """The jobs whose end was delivered."""
    delivered = {entry["id"] for entry in world.eventgrid.log()}
    return [
        event["data"]["runId"]
        for event in world.azureml.events()
        if event["id"] in delivered and event["eventType"].endswith("RunCompleted")
    ]


def parent(event: RunEvent) -> object:
    return (event["data"]["runTags"] or {}).get("azureml.pipelinerunid")


def deliveries(world: World, event: str) -> int:
    return sum(entry["id"] == event and entry["outcome"] == "delivered" for entry in world.eventgrid.log())
