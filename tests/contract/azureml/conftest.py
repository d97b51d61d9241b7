"""One stand-in for most tests, called through the real azure-ai-ml; its training and serving are stubs."""

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.azureml.rest import Rest
from tests.contract.azureml.sdk import CLOUD, Sdk
from tests.contract.laptop import Laptop, Server

HERE = Path(__file__).parent
AT_ONCE = ("--delay", "*=0")
"""States change as soon as the work is done."""
WHEN_READ = (*AT_ONCE, "--delay", "endpoints.*=1call", "--delay", "deployments.*=1call", "--delay", "jobs.cancel=1call")
"""A client reads the state during one of these operations once, and then the state after it."""
SDK_WARNINGS = (
    ":marshmallow.warnings.RemovedInMarshmallow4Warning",
    ":marshmallow.warnings.ChangedInMarshmallow4Warning",
    "The use of a 'BlobProperties' instance:DeprecationWarning",
    "content_as_bytes is deprecated:DeprecationWarning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ignore the deprecation warnings of the packages that azure-ai-ml uses, and no other warnings."""
    for item in items:
        if HERE in item.path.parents:
            for warning in SDK_WARNINGS:
                item.add_marker(pytest.mark.filterwarnings(f"ignore:{warning}"))


def stand_in(state: Path, laptop: Laptop, hold: Path, *more: str) -> Server:
    """A stand-in whose steps and servers are the stubs in this folder; they wait for files in ``hold``."""
    base_model = state.parent / "base-model"
    base_model.mkdir(exist_ok=True)
    arguments = ["--certs", str(laptop.certificates.ca.parent), "--blob-uri", laptop.storage.blob_uri]
    arguments += ["--base-model-dir", str(base_model)]
    arguments += ["--step-command", f"{sys.executable} {HERE / 'stub_step.py'}"]
    arguments += ["--serve-command", f"{sys.executable} {HERE / 'stub_server.py'}"]
    return Server("local.azureml", state, [*arguments, *more], {**os.environ, "HOLD": str(hold)})


@contextlib.contextmanager
def trusting(server: Server, cloud: str = CLOUD) -> Iterator[None]:
    """Set the environment that azure-ai-ml reads, and other tests change too: its cloud and the CA to trust."""
    importlib.import_module("azure.ai.ml")  # fails in a cloud that it does not know yet
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AZUREML_CURRENT_CLOUD", cloud)
        patch.setenv("REQUESTS_CA_BUNDLE", server.ready["ca"])
        yield


@pytest.fixture(scope="session")
def hold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hold")


@pytest.fixture(scope="session")
def standin(laptop: Laptop, hold: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    state = tmp_path_factory.mktemp("azureml") / "state"
    with stand_in(state, laptop, hold, *WHEN_READ, "--taken", "taken-elsewhere") as server:
        yield server


@pytest.fixture(scope="session")
def session_sdk(standin: Server) -> Sdk:
    with trusting(standin):
        return Sdk.of(standin.ready)


@pytest.fixture
def sdk(session_sdk: Sdk, standin: Server) -> Iterator[Sdk]:
    with trusting(standin):
        yield session_sdk


@pytest.fixture
def rest(standin: Server) -> Rest:
    return Rest(standin.ready)
