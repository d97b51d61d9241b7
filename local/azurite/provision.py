"""Creates what Bicep creates in the cloud: the containers, queues and tables of ``shared/core/resources.json``."""

import contextlib
import time
from pathlib import Path
from typing import Any, Protocol

from azure.core.credentials import AccessToken
from azure.core.exceptions import ResourceExistsError
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from local import identity
from shared.core import resources


class StorageUris(Protocol):
    """URLs of an account's services, as ``Azurite`` and ``Settings`` have them."""

    @property
    def blob_uri(self) -> str: ...

    @property
    def queue_uri(self) -> str: ...

    @property
    def table_uri(self) -> str: ...


class LaptopCredential:
    """A credential of the laptop's identity that issues its own tokens: it needs no identity endpoint."""

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """A token for the first scope's resource."""
        return AccessToken(identity.token(scopes[0].removesuffix("/.default")), int(time.time()) + identity.LIFETIME)


def provision(storage: StorageUris, ca: Path) -> None:
    """Create what does not exist yet.

    Args:
        ca: certificate authority that the storage's certificate is checked against.
    """
    options: dict[str, Any] = {"credential": LaptopCredential(), "connection_verify": str(ca)}
    with (
        BlobServiceClient(storage.blob_uri, **options) as blobs,
        QueueServiceClient(storage.queue_uri, **options) as queues,
        TableServiceClient(storage.table_uri, **options) as tables,
    ):
        for name in resources.CONTAINERS:
            with contextlib.suppress(ResourceExistsError):
                blobs.create_container(name)
        for name in resources.QUEUES:
            with contextlib.suppress(ResourceExistsError):
                queues.create_queue(name)
        for name in resources.TABLES:
            tables.create_table_if_not_exists(name)
