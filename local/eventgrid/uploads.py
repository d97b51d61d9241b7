"""The topic ``uploads``: since Azurite raises no events, a container is listed and compared with earlier listings.

A version that is overwritten between two polls is missed. ``data.api`` is always ``PutBlob``, since a listing does not
show how a blob was written.
"""

import asyncio
import logging
import time
from typing import Final

from azure.core.exceptions import AzureError
from azure.storage.blob import BlobProperties
from azure.storage.blob.aio import ContainerClient

from local.eventgrid.events import NewBlob, blob_created
from local.eventgrid.grid import Grid
from local.waiting import pause

SOURCE: Final = "uploads"
_log = logging.getLogger("eventgrid.uploads")


class Uploads:
    """Watches one container.

    Args:
        topic: resource id of the storage account.
        interval: seconds between two polls.
    """

    def __init__(self, container: ContainerClient, topic: str, grid: Grid, interval: float) -> None:
        self._container = container
        self._topic = topic
        self._grid = grid
        self._interval = interval
        self._reachable = True

    async def run(self, stopping: asyncio.Event) -> None:
        """Watch until ``stopping`` is set."""
        while not stopping.is_set():
            began = time.monotonic()
            await self._poll()
            # A listing of thousands of blobs takes long: then leave Azurite alone for three times as long.
            await pause(stopping, max(self._interval, 3 * (time.monotonic() - began)))

    async def _poll(self) -> None:
        try:
            blobs = [blob async for blob in self._container.list_blobs()]
        except AzureError as error:
            if self._reachable:
                _log.warning(
                    "Container %s cannot be listed: %s", self._container.container_name, str(error).partition("\n")[0]
                )
            self._reachable = False
            return
        self._reachable = True
        for blob in sorted(blobs, key=lambda blob: blob.last_modified):
            self._compare(blob)

    def _compare(self, listed: BlobProperties) -> None:
        blob = self._new_blob(listed)
        checkpoint = f"{SOURCE}:{blob.container}/{blob.name}"
        if self._grid.store.checkpoint(checkpoint) == blob.etag:
            return
        event = blob_created(self._topic, blob, self._grid.store.sequencer())
        self._grid.publish(SOURCE, event, (checkpoint, blob.etag))
        _log.info("New blob %s/%s", blob.container, blob.name)

    def _new_blob(self, listed: BlobProperties) -> NewBlob:
        return NewBlob(
            container=self._container.container_name,
            name=listed.name,
            etag=str(listed.etag).strip('"'),
            size=listed.size,
            content_type=listed.content_settings.content_type or "application/octet-stream",
            blob_type=str(getattr(listed.blob_type, "value", listed.blob_type)),
            url=self._container.get_blob_client(listed.name).url,
        )
