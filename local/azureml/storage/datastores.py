"""The workspace's datastores, and the local files that ``azureml://`` URIs name."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from azure.storage.blob import ContainerClient

from local.azureml.core.addresses import Addresses, datastore_path
from local.azureml.core.errors import invalid, not_found
from local.azureml.storage.disk import ACCOUNT, Disk
from local.azurite.provision import LaptopCredential
from shared.core.resources import PREPARED, PREPARED_DATASTORE

BLOB_STORE: Final = "workspaceblobstore"
ARTIFACT_STORE: Final = "workspaceartifactstore"


@dataclass(frozen=True)
class Datastores:
    """The two datastores of every workspace, on our disk, and ``prepared``, in the app's storage account.

    Args:
        blob_uri: the app's storage account; empty for none.
        ca: certificate authority that the storage account's certificate is checked against.
    """

    addresses: Addresses
    disk: Disk
    blob_uri: str
    ca: Path

    @property
    def names(self) -> list[str]:
        """Names of all datastores."""
        return [BLOB_STORE, ARTIFACT_STORE] + ([PREPARED_DATASTORE] if self.blob_uri else [])

    def container(self, name: str) -> str:
        """The container of a datastore.

        Raises:
            ApiError: 404, the datastore does not exist.
        """
        guid = self.addresses.workspace_guid
        containers = {BLOB_STORE: f"azureml-blobstore-{guid}", ARTIFACT_STORE: "azureml", PREPARED_DATASTORE: PREPARED}
        if name not in self.names:
            raise not_found(f"Datastore '{name}'")
        return containers[name]

    def account(self, name: str) -> str:
        """The account of a datastore, such that the SDK's URL ``https://{account}.blob.localhost`` leads here."""
        if name == PREPARED_DATASTORE:
            return self.blob_uri.rpartition("/")[2]
        return f"{self.addresses.host}/{ACCOUNT}"

    def path(self, name: str, path: str) -> Path:
        """The local path of a path in one of the workspace's own datastores."""
        return self.disk.path(self.container(name), path)

    async def local(self, uri: str, scratch: Path) -> Path:
        """The local file or folder that ``uri`` names; from ``prepared``, it is downloaded to ``scratch``.

        Raises:
            ApiError: 400, the URI is not a path in a datastore; 404, there is no such file or folder.
        """
        location = datastore_path(uri)
        if location is None:
            raise invalid(f"'{uri}' must be a path in a datastore.")
        store, path = location
        self.container(store)
        if store == PREPARED_DATASTORE:
            return await asyncio.to_thread(self._download, path.rstrip("/"), scratch)
        local = self.path(store, path)
        if not local.exists():
            raise not_found(f"The data of '{uri}'")
        return local

    def _download(self, path: str, scratch: Path) -> Path:
        """Download a blob, or all blobs of a folder."""
        client = ContainerClient(
            self.blob_uri, PREPARED, credential=LaptopCredential(), connection_verify=str(self.ca)
        )  # fmt: skip
        with client:
            names = [name for name in client.list_blob_names(name_starts_with=path) if _is_within(name, path)]
            for name in names:
                target = scratch / name.removeprefix(path.rpartition("/")[0]).lstrip("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    client.download_blob(name).readinto(file)
        if not names:
            raise not_found(f"The data of '{path}' in datastore '{PREPARED_DATASTORE}'")
        return scratch / path.rpartition("/")[2]


def _is_within(name: str, path: str) -> bool:
    return name == path or name.startswith(f"{path}/")
