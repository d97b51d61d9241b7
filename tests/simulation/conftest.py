"""All suites run on all cores; the large ones in two shares."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from functools import partial

import pytest

from tests.simulation import shares
from tests.simulation.processes import executor, run
from tests.simulation.simulation import Batch

Violations = Callable[[Iterable[Batch]], list[str]]
"""Runs schedules, and reports each that violates something."""
Share = shares.Share[Batch]


@pytest.fixture(scope="session")
def processes() -> Iterator[Executor]:
    """One for all suites."""
    with executor() as started:
        yield started


@pytest.fixture
def violations(processes: Executor) -> Violations:
    return partial(run, processes=processes)


@pytest.fixture(
    params=[
        pytest.param(shares.every_seventh, id="every seventh"),
        pytest.param(shares.the_others, id="the others", marks=pytest.mark.thorough),
    ]
)
def share(request: pytest.FixtureRequest) -> Share:
    """Which schedules of a large suite this test runs."""
    chosen: Share = request.param
    return chosen
