"""Clients of the storage that app settings name; they authenticate with an identity."""

from collections.abc import Mapping
from typing import Any, Final

from azure.core.credentials_async import AsyncTokenCredential
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

from shared.core.errors import SettingsError

# By default the SDK retries after 15 s, which is long on a laptop: retry three times, 0.2 s apart.
_QUICK: Final[Mapping[str, Any]] = {"initial_backoff": 0.2, "increment_base": 0, "random_jitter_range": 0}


class Storage:
    """The clients, one for each connection."""

    def __init__(self, environ: Mapping[str, str], credential: AsyncTokenCredential) -> None:
        self._environ = environ
        self._credential = credential
        self._clients: dict[str, BlobServiceClient | QueueServiceClient] = {}

    def queues(self, connection: str, why: str) -> QueueServiceClient:
        """The queue service of a connection.

        Raises:
            SettingsError: the app setting ``{connection}__queueServiceUri`` is missing; ``why`` says what needs it.
        """
        uri = self._uri(connection, "queueServiceUri", why)
        client = self._clients.get(uri)
        if not isinstance(client, QueueServiceClient):
            client = QueueServiceClient(uri, credential=self._credential, **_QUICK)
            self._clients[uri] = client
        return client

    def blobs(self, connection: str, why: str) -> BlobServiceClient:
        """The blob service of a connection.

        Raises:
            SettingsError: the app setting ``{connection}__blobServiceUri`` is missing; ``why`` says what needs it.
        """
        uri = self._uri(connection, "blobServiceUri", why)
        client = self._clients.get(uri)
        if not isinstance(client, BlobServiceClient):
            client = BlobServiceClient(uri, credential=self._credential, **_QUICK)
            self._clients[uri] = client
        return client

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.close()

    def _uri(self, connection: str, kind: str, why: str) -> str:
        name = f"{connection}__{kind}"
        if not self._environ.get(name):
            raise SettingsError(
                f"The app setting {name} is missing: {why}.", "Set it (see local.settings.sample.json)."
            )
        return self._environ[name]
