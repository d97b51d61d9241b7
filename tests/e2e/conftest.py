"""One stack for all end-to-end tests: everything of the laptop's, with a tiny Phi-3 as the base model."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from cli.paths import PYTHON_ML, TINY_MODEL
from local.stack import Options, Stack
from tests.e2e.world import World, fresh_ports


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    state: Path = tmp_path_factory.mktemp("stack")
    with Stack(Options(state, PYTHON_ML, TINY_MODEL, in_memory=True)) as stack:
        yield stack


@pytest.fixture
def world(stack: Stack) -> Iterator[World]:
    """The stack as its users and its owner see it."""
    with mock.patch.dict(os.environ, stack.environment), fresh_ports() as ports:
        yield World(stack, ports)
