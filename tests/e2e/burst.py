"""Many uploads at once; each event is delivered three times."""

import re
from collections import Counter

from shared.core.naming import parse_attempt_name
from shared.models.run import Run
from tests.e2e.kills import at_rest, timeout_for
from tests.e2e.world import World, rows
from tests.progress import Advance

DELIVERIES = 3
MOST_JOBS = 8
"""The app's limit of jobs that train at the same time."""
SETTINGS = {"TUNEDROP_MOST_JOBS": str(MOST_JOBS), "TUNEDROP_MOST_ENDPOINTS": "100"}
_ENDED = (None, "Completed", "Failed", "Canceled")
"""Statuses of a job that has ended; ``RunCompleted`` events have none."""


def burst(world: World, uploads: int, projects: int, advance: Advance = lambda done=1, /: None) -> list[Run]:
    """Upload to several projects, deliver every event three times, and wait until all runs are at rest.

    Args:
        advance: reports the number of runs that have come to rest since the last report.
    """
    for number in range(uploads):
        world.upload(f"burst{number % projects}", rows(40, f"pebbles of heap {number}"), name=f"{number}.jsonl")
    world.until(lambda: len(upload_events(world)) == uploads, "every upload's event", every=1)
    for event in upload_events(world) * (DELIVERIES - 1):
        world.eventgrid.resend(event)
    resting = 0

    def all_rest() -> bool:
        nonlocal resting
        runs = burst_runs(world)
        resting, before = sum(map(at_rest, runs)), resting
        advance(resting - before)
        return resting == len(runs)

    world.until(all_rest, "every run to rest", every=2, timeout=timeout_for(uploads))
    return burst_runs(world)


def burst_runs(world: World) -> list[Run]:
    return [run for run in world.ports.runs.all() if run.project.startswith("burst")]


def upload_events(world: World) -> list[str]:
    """The ids of the uploads' events that were delivered."""
    delivered = (delivery for delivery in world.eventgrid.log() if delivery["outcome"] == "delivered")
    uploads = (delivery["id"] for delivery in delivered if re.search(r"/burst.*\.jsonl$", delivery["subject"]))
    return list(dict.fromkeys(uploads))


def most_jobs_at_once(world: World) -> int:
    """The most jobs that had begun and not ended at any time, by the events of Azure ML."""
    running: set[str] = set()
    most = 0
    for data in (event["data"] for event in world.azureml.events()):
        if parse_attempt_name(data["runId"]) is None:
            continue
        (running.discard if data.get("runStatus") in _ENDED else running.add)(data["runId"])
        most = max(most, len(running))
    return most


def early_retries(world: World) -> list[str]:
    """Requests that were repeated more than once within a second of a 429, which asks to wait at least that long.

    One repetition is allowed: another worker had begun before the app recorded the refusal.
    """
    refused_at: dict[tuple[str, str], float] = {}
    early: Counter[tuple[str, str, float]] = Counter()
    for entry in world.azureml.requests():
        request = (entry["method"], entry["path"])
        if not re.search("/jobs/|/deployments/", entry["path"]):
            continue
        if entry["t"] < (since := refused_at.get(request, 0)) + 1:
            early[*request, since] += 1
        elif entry["status"] == 429:
            refused_at[request] = entry["t"]
    return [f"{method} {path}" for (method, path, _), repetitions in early.items() if repetitions > 1]
