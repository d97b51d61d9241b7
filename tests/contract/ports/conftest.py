"""Each port as its gateway (to the emulator or the stand-in) and as its double."""

import itertools
import shlex
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.azurite.provision import provision
from shared.core.settings import Settings
from shared.gateways.credential import credential
from shared.ports import Ports
from shared.wiring import joined
from tests.contract.laptop import Laptop, Server
from tests.contract.ports.worlds import StandIn, World, memory_world
from tests.doubles import memory_ports

_numbers = itertools.count()
_session = uuid.uuid4().hex[:4]


@pytest.fixture
def project() -> str:
    """A project for this test only: all tests share the servers."""
    return f"p{_session}{next(_numbers)}"


@pytest.fixture(scope="session")
def identified(laptop: Laptop) -> Iterator[Laptop]:
    """The laptop, whose identity this process has and whose certificate authority it trusts."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "AZURE_TOKEN_CREDENTIALS", "REQUESTS_CA_BUNDLE"):
            environment.setenv(name, laptop.environment[name])
        credential.cache_clear()
        yield laptop
    credential.cache_clear()


def azure_ports(laptop: Laptop, **workspace: Any) -> Ports:
    """The gateways of an app on this laptop, joined as ``wiring`` does it.

    Args:
        workspace: settings of the workspace.
    """
    storage = laptop.storage
    uris: dict[str, Any] = {
        "blob_uri": storage.blob_uri,
        "queue_uri": storage.queue_uri,
        "table_uri": storage.table_uri,
        "storage_id": "none",
    }
    return joined(Settings(**uris, **workspace), credential())


@pytest.fixture(scope="session")
def azurite(identified: Laptop) -> Ports:
    """Ports with Azurite's storage and without a workspace."""
    provision(identified.storage, identified.certificates.ca)
    return azure_ports(identified, subscription_id="none", resource_group="none", workspace="none")


@pytest.fixture(params=["azure", "memory"])
def storage(request: pytest.FixtureRequest) -> Ports:
    """Ports with Azurite's storage, or with the doubles'."""
    if request.param == "memory":
        return memory_ports()
    ports: Ports = request.getfixturevalue("azurite")
    return ports


@pytest.fixture(scope="session")
def stand_in(azurite: Ports, identified: Laptop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """The Azure ML stand-in, whose datastore is Azurite's container ``prepared``."""
    here = Path(__file__).parent
    arguments = ["--certs", str(identified.certificates.ca.parent), "--blob-uri", identified.storage.blob_uri]
    arguments += ["--step-command", shlex.join([sys.executable, str(here / "quick_step.py")])]
    arguments += ["--serve-command", shlex.join([sys.executable, str(here / "quick_server.py")])]
    # A client reads the state during an operation once, and then the state after it.
    arguments += ["--delay", "*=0", "--delay", "endpoints.*=1call", "--delay", "deployments.*=1call"]
    arguments += ["--delay", "jobs.start=3calls", "--delay", "jobs.cancel=1call"]  # unless waited for, no job starts
    with Server("local.azureml", tmp_path_factory.mktemp("azureml"), arguments, identified.environment) as server:
        yield StandIn(server, identified.certificates.ca)


@pytest.fixture(scope="session")
def workspace(identified: Laptop, stand_in: StandIn) -> World:
    """The gateways to the stand-in."""
    world = stand_in.world(azure_ports(identified, **stand_in.settings))
    world.write_splits()
    return world


@pytest.fixture
def throttled(identified: Laptop, stand_in: StandIn) -> World:
    """Gateways to the stand-in of their own: a 429 in this test holds back no other test."""
    return stand_in.world(azure_ports(identified, **stand_in.settings))


@pytest.fixture(scope="session", params=["azure", "memory"])
def world(request: pytest.FixtureRequest) -> World:
    """Azure ML: the gateways to the stand-in, or the doubles."""
    if request.param == "memory":
        return memory_world(memory_ports())
    gateways: World = request.getfixturevalue("workspace")
    return gateways
