"""Fixtures that run suites on all cores."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from functools import partial

import pytest

from tests.simulation.processes import executor, run
from tests.simulation.simulation import Batch

Verdict = Callable[[Iterable[Batch]], list[str]]
"""Runs schedules; the reports of those that violate something."""


@pytest.fixture(scope="session")
def processes() -> Iterator[Executor]:
    """The processes that all suites share."""
    with executor() as started:
        yield started


@pytest.fixture
def verdict(processes: Executor) -> Verdict:
    return partial(run, processes=processes)
