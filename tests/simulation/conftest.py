"""The suites' processes, and time that stands still."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from shared import claims
from tests.simulation.simulation import Schedule, no_heartbeat, violations

Verdict = Callable[[Iterable[Schedule]], list[str]]
_SHARES = 500
"""How finely the schedules of a suite are dealt out."""


@pytest.fixture(scope="session")
def processes() -> Iterator[Executor]:
    """One for each core. They are started, not forked: whatever threads other tests left here are not copied."""
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), initializer=_begin) as executor:
        yield executor


@pytest.fixture
def verdict(processes: Executor) -> Verdict:
    """Runs schedules; each that violates something, and what."""

    def run(schedules: Iterable[Schedule]) -> list[str]:
        listed = list(schedules)
        found = processes.map(violations, listed, chunksize=1 + len(listed) // _SHARES)
        return [f"{schedule}: {'; '.join(wrong)}" for schedule, wrong in zip(listed, found, strict=True) if wrong]

    return run


def _begin() -> None:
    """In each process, for as long as it lives; thousands of uploads are prepared, each in a folder of its own."""
    claims._heartbeat = no_heartbeat
    if Path("/dev/shm").is_dir():
        tempfile.tempdir = "/dev/shm"
