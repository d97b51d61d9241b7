"""The snapshots of both templates."""

import pytest

from tests.infra.snapshot import Snapshot


@pytest.fixture(scope="session")
def main() -> Snapshot:
    """What ``infra/main.bicep`` creates."""
    return Snapshot("main")


@pytest.fixture(scope="session")
def events() -> Snapshot:
    """What ``infra/events.bicep`` creates."""
    return Snapshot("events")
