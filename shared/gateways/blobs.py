"""``ports.Blobs`` on Azure Blob Storage."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from shared.core.errors import ConflictError
from shared.core.naming import normal_etag
from shared.core.settings import Settings
from shared.ports import BlobInfo

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.storage.blob import BlobClient, BlobProperties, BlobServiceClient

_PIECE: Final = 8 * 1024 * 1024
"""Bytes of one request: measured fastest among sizes that fit a small instance."""
_RETRIES: Final[dict[str, Any]] = {"initial_backoff": 1, "increment_base": 2, "retry_total": 3}
"""Seconds: the SDK's own 15 would outlast an invocation."""


class AzureBlobs:
    """Blobs of the account that holds uploads, prepared files and receipts."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._uri = settings.blob_uri
        self._credential = credential

    @property
    def account(self) -> str:
        """Name of the storage account: the host's first label, or the path in an emulator's address."""
        parts = urlsplit(self._uri)
        return parts.path.strip("/") or (parts.hostname or "").partition(".")[0]

    def info(self, container: str, path: str) -> BlobInfo | None:
        """One blob as it stands now."""
        from azure.core.exceptions import ResourceNotFoundError

        try:
            return _info(self._blob(container, path).get_blob_properties())
        except ResourceNotFoundError:
            return None

    def read(self, container: str, path: str) -> bytes | None:
        """A small blob, whole."""
        from azure.core.exceptions import ResourceNotFoundError

        try:
            return bytes(self._blob(container, path).download_blob().readall())
        except ResourceNotFoundError:
            return None

    def chunks(self, container: str, path: str, etag: str) -> Iterator[bytes]:
        """A blob of any size, in pieces; every piece is of the version ``etag``."""
        from azure.core import MatchConditions
        from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError

        try:
            yield from (
                self._blob(container, path)
                .download_blob(etag=f'"{normal_etag(etag)}"', match_condition=MatchConditions.IfNotModified)
                .chunks()
            )
        except (ResourceModifiedError, ResourceNotFoundError) as error:
            raise ConflictError(f"Blob '{path}' is no longer the version {etag}.") from error

    def write(self, container: str, path: str, chunks: Iterable[bytes], content_type: str) -> None:
        """Replace a blob: blocks are staged, then committed as a whole.

        Raises:
            ConflictError: another writer committed the same blob meanwhile.
        """
        with _commit(path):
            self._blob(container, path).upload_blob(iter(chunks), overwrite=True, **_typed(content_type))

    def create(self, container: str, path: str, chunks: Iterable[bytes], content_type: str) -> bool:
        """Write a blob where there is none; ``False`` if there is one already."""
        from azure.core.exceptions import ResourceExistsError

        try:
            with _commit(path):
                self._blob(container, path).upload_blob(iter(chunks), overwrite=False, **_typed(content_type))
        except (ResourceExistsError, ConflictError):
            return False
        return True

    def stage(self, container: str, path: str, block: str, content: bytes) -> None:
        """Upload a block of a blob in the making."""
        self._blob(container, path).stage_block(block, content, len(content))

    def commit(self, container: str, path: str, blocks: Sequence[str], content_type: str) -> str:
        """Replace a blob by staged blocks; its new ETag.

        Raises:
            ConflictError: another writer committed the same blob meanwhile.
        """
        from azure.storage.blob import BlobBlock

        with _commit(path):
            named = [BlobBlock(block) for block in blocks]
            written = self._blob(container, path).commit_block_list(named, **_typed(content_type))
        return normal_etag(str(written["etag"]))

    def within(self, container: str, prefix: str = "") -> Iterator[BlobInfo]:
        """Blobs whose path begins with ``prefix``, in the order of their names."""
        for properties in self._service.get_container_client(container).list_blobs(name_starts_with=prefix or None):
            yield _info(properties)

    def delete(self, container: str, path: str) -> None:
        """Delete a blob; one that is absent is deleted already."""
        from azure.core.exceptions import ResourceNotFoundError

        try:
            self._blob(container, path).delete_blob(delete_snapshots="include")
        except ResourceNotFoundError:
            return

    @cached_property
    def _service(self) -> "BlobServiceClient":
        from azure.storage.blob import BlobServiceClient

        return BlobServiceClient(
            self._uri,
            credential=self._credential,
            max_chunk_get_size=_PIECE,
            max_single_get_size=_PIECE,
            max_single_put_size=_PIECE,
            max_block_size=_PIECE,
            **_RETRIES,
        )

    def _blob(self, container: str, path: str) -> "BlobClient":
        return self._service.get_blob_client(container, path)


@contextmanager
def _commit(path: str) -> Iterator[None]:
    """Whoever commits a blob drops the blocks that others have staged for it."""
    from azure.core.exceptions import HttpResponseError

    try:
        yield
    except HttpResponseError as error:
        if getattr(error, "error_code", None) == "InvalidBlockList":
            raise ConflictError(f"Blob '{path}' was written by someone else meanwhile.") from error
        raise


def _typed(content_type: str) -> dict[str, Any]:
    from azure.storage.blob import ContentSettings

    return {"content_settings": ContentSettings(content_type=content_type)}


def _info(properties: "BlobProperties") -> BlobInfo:
    return BlobInfo(properties.name, normal_etag(properties.etag), properties.size, properties.last_modified)
