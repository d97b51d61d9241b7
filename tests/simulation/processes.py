"""Runs schedules on all cores, each in one thread."""

import gc
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Final

from shared.data.reading import streams
from shared.runs import claims
from shared.steps.preparation import step
from tests.simulation import replays
from tests.simulation.remembered import prepared
from tests.simulation.shrink import shrunk
from tests.simulation.simulation import Batch, Single, violations

_CHUNKS: Final = 500
"""Into how many chunks the schedules of a suite are divided."""

_GARBAGE: Final = 50_000
"""Allocations between two garbage collections. Worlds are small, and collecting takes a twelfth of the time."""


@contextmanager
def _no_heartbeat(claim: claims.HeldClaim, every: float) -> Iterator[None]:
    """No heartbeat: it would need real time. A stalled worker loses its claim."""
    yield


REPLACED: Final[tuple[tuple[Any, str, Callable[..., Any]], ...]] = (
    (claims, "_heartbeat", _no_heartbeat),
    (streams, "prefetch", lambda chunks: chunks),
    (step, "prepare_data", prepared),
)
"""Functions that start threads or repeat the same work, and what replaces them."""


def executor() -> Executor:
    """One process for each core. They are spawned, not forked, so that they copy no thread."""
    return ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), initializer=set_up_process)


def run(batches: Iterable[Batch], processes: Executor) -> list[str]:
    """A report on each schedule that violates something, after it has been shrunk."""
    listed = list(batches)
    reports = processes.map(_reports, listed, chunksize=1 + len(listed) // _CHUNKS)
    return [report for batch in reports for report in batch]


def _reports(batch: Batch) -> list[str]:
    return [report(shrunk(schedule)) for schedule, wrong in batch.runs() if wrong]


def report(schedule: Single) -> str:
    """What happens in a schedule, what that violates, and the command that replays it."""
    command = f"python -m tests.simulation replay '{json.dumps(replays.written(schedule))}'"
    return "\n  ".join((replays.described(schedule), *violations(schedule), command))


def set_up_process() -> None:
    """Prepare this process for running schedules: no logs, less garbage collection, no threads."""
    logging.disable()
    gc.set_threshold(_GARBAGE)
    for module, name, replacement in REPLACED:
        setattr(module, name, replacement)
