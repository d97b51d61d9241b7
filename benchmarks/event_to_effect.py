"""Seconds from an event to its effect, on the warm local stack, where training and serving take no time.

The stack's Event Grid looks for new blobs and run events every 0.3 s. The rest is delivery and the app.
"""

import statistics
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.ratio import Ratio
from local.stack import Stack
from shared.core.naming import attempt_name, run_id
from shared.core.resources import UPLOADS
from shared.core.states import State
from shared.models.run import Run
from tests.e2e.world import World, joined, quick, rows

UPLOADED: Final = 20
LIMIT: Final = 1.0
"""Seconds within which 95 of 100 effects must have happened."""


def measure() -> list[Ratio]:
    """BlobCreated → record, and end of a job → model registered, one upload at a time: p95 at most one second."""
    with TemporaryDirectory() as state, Stack(quick(Path(state))) as stack, joined(stack) as world:
        seconds = [_measure_one(number, world) for number in range(UPLOADED + 1)]
    # The first upload is not counted: it includes what is loaded only once.
    recorded, registered = zip(*seconds[1:], strict=True)
    return [_p95("upload → record, p95", recorded), _p95("end of job → model registered, p95", registered)]


def _measure_one(number: int, world: World) -> tuple[float, float]:
    """Seconds from an upload to its record, and from the end of its job to its model."""
    project, path = f"bench{number}", f"bench{number}/rows.jsonl"
    world.upload(project, rows(40, "pebbles"))
    began = time.perf_counter()
    info = world.ports.blobs.info(UPLOADS, path)
    assert info is not None
    name = run_id(world.ports.blobs.account, UPLOADS, path, info.etag)
    while (stored := world.ports.runs.get(project, name)) is None:
        time.sleep(0.01)
    recorded = time.perf_counter() - began
    return recorded, _seconds_to_register(world.until_state(stored.value, State.REGISTERED), world)


def _seconds_to_register(run: Run, world: World) -> float:
    """Seconds from Azure ML's event to the transition in the run's timeline."""
    job = attempt_name(run.run_id, 1)
    ended = next(
        datetime.fromisoformat(event["eventTime"])
        for event in world.azureml.events()
        if event["data"]["runId"] == job and event["data"].get("runStatus") == "Completed"
    )

    def registered() -> list[datetime]:
        timeline = world.ports.runs.timeline(run.run_id, run.project)
        return [entry.time for entry in timeline if entry.state is State.REGISTERED]

    world.until(lambda: bool(registered()), "the model in the timeline")
    return (registered()[0] - ended).total_seconds()


def _p95(name: str, seconds: Sequence[float]) -> Ratio:
    p95 = statistics.quantiles(seconds, n=20)[-1]
    peer = f"{LIMIT:g} s"
    return Ratio(name=name, peer=peer, rounds=len(seconds), ours=p95, theirs=LIMIT, unit="s", ratio=p95, at_most=LIMIT)
