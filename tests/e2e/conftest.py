"""Two stacks that all end-to-end tests share: one that trains a tiny Phi-3, and one whose training takes no time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.paths import PYTHON_ML, TINY_MODEL
from local.stack import Options, Stack
from tests.e2e.burst import SETTINGS
from tests.e2e.world import TIMERS, World, joined, quick


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    state: Path = tmp_path_factory.mktemp("stack")
    with Stack(Options(state, PYTHON_ML, TINY_MODEL, settings=TIMERS, in_memory=True)) as stack:
        yield stack


@pytest.fixture
def world(stack: Stack) -> Iterator[World]:
    """The stack that trains."""
    with joined(stack) as world:
        yield world


@pytest.fixture(scope="session")
def quick_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(quick(tmp_path_factory.mktemp("quick"), "--throttle", **SETTINGS, **TIMERS)) as stack:
        yield stack


@pytest.fixture
def quick_world(quick_stack: Stack) -> Iterator[World]:
    """The stack whose jobs and servers take no time, and whose resource manager throttles as documented."""
    with joined(quick_stack) as world:
        yield world
