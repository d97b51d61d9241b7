import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

import local.azurite
from local.azurite import Azurite
from local.azurite.provision import LaptopCredential, provision
from local.processes import ProcessError
from local.tls import Certificates
from shared.core import resources
from tests.contract.laptop import ROOT, until

START = """
import sys, time
from pathlib import Path
from local.azurite import Azurite
from local.tls import Certificates
folder = Path(sys.argv[1])
storage = Azurite(folder / "azurite", Certificates.at(folder / "certs"))
storage.start()
print(storage.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates.at(tmp_path / "certs")


def blobs(storage: Azurite, certificates: Certificates) -> BlobServiceClient:
    return BlobServiceClient(storage.blob_uri, credential=LaptopCredential(), connection_verify=str(certificates.ca))


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


class TestAzurite:
    def test_a_restart_keeps_addresses_and_data(self, tmp_path: Path, certificates: Certificates) -> None:
        storage = Azurite(tmp_path / "azurite", certificates)
        with storage:
            provision(storage, certificates.ca)
            address = storage.blob_uri
            with blobs(storage, certificates) as service:
                service.get_blob_client(resources.UPLOADS, "acme/a").upload_blob(b"kept")
        with storage, blobs(storage, certificates) as service:
            assert storage.blob_uri == address
            assert service.get_blob_client(resources.UPLOADS, "acme/a").download_blob().readall() == b"kept"

    def test_provisioning_twice_makes_what_bicep_makes(self, tmp_path: Path, certificates: Certificates) -> None:
        with Azurite(tmp_path / "azurite", certificates, in_memory=True) as storage:
            provision(storage, certificates.ca)
            provision(storage, certificates.ca)
            options: dict[str, Any] = {"credential": LaptopCredential(), "connection_verify": str(certificates.ca)}
            with (
                blobs(storage, certificates) as containers,
                QueueServiceClient(storage.queue_uri, **options) as queues,
                TableServiceClient(storage.table_uri, **options) as tables,
            ):
                assert {container.name for container in containers.list_containers()} == set(resources.CONTAINERS)
                assert {queue.name for queue in queues.list_queues()} == set(resources.QUEUES)
                assert {table.name for table in tables.list_tables()} == set(resources.TABLES)

    def test_stopping_leaves_no_process(self, tmp_path: Path, certificates: Certificates) -> None:
        storage = Azurite(tmp_path / "azurite", certificates, in_memory=True)
        storage.start()
        pid = storage.pid
        storage.stop()
        storage.stop()
        assert pid is not None
        assert is_gone(pid)

    def test_it_ends_when_its_owner_is_killed(self, tmp_path: Path) -> None:
        command = [sys.executable, "-c", START, str(tmp_path)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout is not None
            pid = int(parent.stdout.readline())
            parent.send_signal(signal.SIGKILL)
        until(lambda: is_gone(pid), "Azurite ends")

    def test_one_that_cannot_start_says_why(self, tmp_path: Path, certificates: Certificates) -> None:
        certificates.key.write_text("no key")
        with pytest.raises(ProcessError, match="Azurite ended while it started"):
            Azurite(tmp_path / "azurite", certificates).start()

    def test_one_that_is_not_installed_says_what_to_do(
        self, tmp_path: Path, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(local.azurite, "_PROGRAM", tmp_path / "absent.js")
        with pytest.raises(ProcessError, match="make setup"):
            Azurite(tmp_path / "azurite", certificates).start()
