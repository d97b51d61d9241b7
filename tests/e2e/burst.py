"""Many uploads at once, each told of three times."""

import re
from collections import Counter

from shared.core.naming import parse_attempt_name
from shared.models.run import Run
from tests.e2e.kills import at_rest, patience
from tests.e2e.world import World, rows
from tests.progress import Advance

TIMES = 3
MOST_JOBS = 8
"""What the app is set to: no more jobs in training at once."""
SETTINGS = {"TUNEDROP_MOST_JOBS": str(MOST_JOBS), "TUNEDROP_MOST_ENDPOINTS": "100"}
_ENDED = (None, "Completed", "Failed", "Canceled")
"""Status of a job that has ended; ``RunCompleted`` has none."""


def burst(world: World, uploads: int, projects: int, advance: Advance = lambda done=1, /: None) -> list[Run]:
    """Upload to several projects, deliver every event three times; the runs once all have come to rest.

    Args:
        advance: is told how many more have.
    """
    for number in range(uploads):
        world.upload(f"burst{number % projects}", rows(40, f"pebbles of heap {number}"), name=f"{number}.jsonl")
    world.until(lambda: len(told(world)) == uploads, "every upload's event", every=1)
    for event in told(world) * (TIMES - 1):
        world.eventgrid.resend(event)
    rested = 0

    def all_rest() -> bool:
        nonlocal rested
        runs = found(world)
        rested, before = sum(map(at_rest, runs)), rested
        advance(rested - before)
        return rested == len(runs)

    world.until(all_rest, "every run to rest", every=2, patience=patience(uploads))
    return found(world)


def found(world: World) -> list[Run]:
    return [run for run in world.ports.runs.all() if run.project.startswith("burst")]


def told(world: World) -> list[str]:
    """Ids of the uploads' events that were delivered."""
    delivered = (each for each in world.eventgrid.log() if each["outcome"] == "delivered")
    return list(dict.fromkeys(each["id"] for each in delivered if re.search(r"/burst.*\.jsonl$", each["subject"])))


def most_jobs_at_once(world: World) -> int:
    """By the events of Azure ML: most jobs that had begun and not ended."""
    running: set[str] = set()
    most = 0
    for data in (event["data"] for event in world.azureml.events()):
        if parse_attempt_name(data["runId"]) is None:
            continue
        (running.discard if data.get("runStatus") in _ENDED else running.add)(data["runId"])
        most = max(most, len(running))
    return most


def impatient(world: World) -> list[str]:
    """What was asked twice for one run within the second that a 429 asks to wait at least.

    Once is no fault: another worker had begun before the refusal was written down.
    """
    refused: dict[tuple[str, str], float] = {}
    early: Counter[tuple[str, str, float]] = Counter()
    for each in world.azureml.requests():
        request = (each["method"], each["path"])
        if not re.search("/jobs/|/deployments/", each["path"]):
            continue
        if each["t"] < (since := refused.get(request, 0)) + 1:
            early[*request, since] += 1
        elif each["status"] == 429:
            refused[request] = each["t"]
    return [f"{method} {path}" for (method, path, _), times in early.items() if times > 1]
