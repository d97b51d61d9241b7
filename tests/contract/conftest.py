"""One Azurite for all contract tests; each test uses queues and containers of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.azurite import Azurite
from local.tls import Certificates
from tests.contract.laptop import IdentityServer, Laptop


@pytest.fixture(scope="session")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    folder: Path = tmp_path_factory.mktemp("laptop")
    certificates = Certificates.at(folder / "certs")
    with Azurite(folder / "azurite", certificates, in_memory=True) as storage, IdentityServer() as endpoint:
        yield Laptop(storage, certificates, endpoint)
