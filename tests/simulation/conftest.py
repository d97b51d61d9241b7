"""Fixtures that run suites on all cores, the large suites in two shares."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from functools import partial

import pytest

from tests.simulation import shares
from tests.simulation.processes import executor, run
from tests.simulation.simulation import Batch

Verdict = Callable[[Iterable[Batch]], list[str]]
"""Runs schedules; the reports of those that violate something."""
Share = Callable[[Iterable[Batch]], list[Batch]]
"""The schedules of a large suite that a test runs."""


@pytest.fixture(scope="session")
def processes() -> Iterator[Executor]:
    """The processes that all suites share."""
    with executor() as started:
        yield started


@pytest.fixture
def verdict(processes: Executor) -> Verdict:
    return partial(run, processes=processes)


@pytest.fixture(
    params=[
        pytest.param(shares.every_seventh, id="every seventh"),
        pytest.param(shares.the_others, id="the others", marks=pytest.mark.thorough),
    ]
)
def share(request: pytest.FixtureRequest) -> Share:
    """Every seventh schedule of a large suite, or the others."""
    chosen: Share = request.param
    return chosen
