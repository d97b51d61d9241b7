"""Schedules on all cores, each in one thread."""

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

_SHARES: Final = 500
"""How finely the schedules of a suite are dealt out."""

_GARBAGE: Final = 50_000
"""Objects made before garbage is looked for: worlds are small, and looking takes a twelfth of the time."""


@contextmanager
def _no_heartbeat(claim: claims.HeldClaim, every: float) -> Iterator[None]:
    """Nothing goes by real time: a worker that is held up loses its claim."""
    yield


REPLACED: Final[tuple[tuple[Any, str, Callable[..., Any]], ...]] = (
    (claims, "_heartbeat", _no_heartbeat),
    (streams, "prefetch", lambda chunks: chunks),
    (step, "prepare_data", prepared),
)
"""Where the app starts threads or does the same work again and again, and what takes their place."""


def executor() -> Executor:
    """One process for each core. They are started, not forked: no thread of this one is copied."""
    return ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), initializer=begin)


def run(batches: Iterable[Batch], processes: Executor) -> list[str]:
    """Each schedule that violates something, shrunk, and what it violates."""
    listed = list(batches)
    found = processes.map(_violating, listed, chunksize=1 + len(listed) // _SHARES)
    return [told for batch in found for told in batch]


def _violating(batch: Batch) -> list[str]:
    return [said(shrunk(schedule)) for schedule, wrong in batch.runs() if wrong]


def said(schedule: Single) -> str:
    """What happens in a schedule, what that violates, and how to have it again."""
    again = f"python -m tests.simulation replay '{json.dumps(replays.written(schedule))}'"
    return "\n  ".join((replays.told(schedule), *violations(schedule), again))


def begin() -> None:
    """What a process does before it runs schedules."""
    logging.disable()
    gc.set_threshold(_GARBAGE)
    for module, name, replacement in REPLACED:
        setattr(module, name, replacement)
