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

_CHUNK_BYTES: Final = 8 * 1024 * 1024
"""Size of one request: measured fastest among sizes that fit a small instance."""
_RETRIES: Final[dict[str, Any]] = {"initial_backoff": 1, "increment_base": 2, "retry_total": 3}
"""Delays in seconds: the SDK's default of 15 would outlast an invocation."""


class AzureBlobs:
    """Blobs of the storage account that holds uploads, prepared files, receipts and copies of records."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self._uri = settings.blob_uri
        self._credential = credential

    @property
    def account(self) -> str:
        """Name of the storage account: the host's first label, or the path in an emulator's address."""
        parts = urlsplit(self._uri)
        return parts.path.strip("/") or (parts.hostname or "").partition(".")[0]

    def info(self, container: str, path: str) -> BlobInfo | None:
        """Properties of one blob; ``None`` if absent."""
        from azure.core.exceptions import ResourceNotFoundError

        try:
            return _info(self._blob(container, path).get_blob_properties())
        except ResourceNotFoundError:
            return None

    def read(self, container: str, path: str) -> bytes | None:
        """Content of a small blob; ``None`` if absent."""
        from azure.core.exceptions import ResourceNotFoundError

        try:
            return bytes(self._blob(container, path).download_blob().readall())
        except ResourceNotFoundError:
            return None

    def chunks(self, container: str, path: str, etag: str) -> Iterator[bytes]:
        """Content of a blob of any size, in pieces, all of the version ``etag``.

        Raises:
            ConflictError: the blob has another version now, or is gone.
        """
        from azure.core import MatchConditions
        from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError

        try:
            yield from (
                self._blob(container, path)
                .download_blob(etag=f'"{normal_etag(etag)}"', match_condition=MatchConditions.IfNotModified)
                .chunks()
            )
        except (ResourceModifiedError, ResourceNotFoundError) as error:
            raise ConflictError(f"Blob '{path}' no longer has the version {etag}.") from error

    def write(self, container: str, path: str, chunks: Iterable[bytes], content_type: str) -> None:
        """Replace a blob: its blocks are staged, then committed together.

        Raises:
            ConflictError: another writer committed the same blob in the meantime.
        """
        with _translate_lost_commit(path):
            self._blob(container, path).upload_blob(iter(chunks), overwrite=True, **_typed(content_type))

    def create(self, container: str, path: str, chunks: Iterable[bytes], content_type: str) -> bool:
        """Write a blob that does not exist yet; ``False`` if it exists."""
        from azure.core.exceptions import ResourceExistsError

        try:
            with _translate_lost_commit(path):
                self._blob(container, path).upload_blob(iter(chunks), overwrite=False, **_typed(content_type))
        except (ResourceExistsError, ConflictError):
            return False
        return True

    def stage(self, container: str, path: str, block: str, content: bytes) -> None:
        """Upload a block of a blob; it becomes visible with ``commit``."""
        self._blob(container, path).stage_block(block, content, len(content))

    def commit(self, container: str, path: str, blocks: Sequence[str], content_type: str) -> str:
        """Replace a blob with staged blocks; returns its new ETag.

        Raises:
            ConflictError: another writer committed the same blob in the meantime.
        """
        from azure.storage.blob import BlobBlock

        with _translate_lost_commit(path):
            block_list = [BlobBlock(block) for block in blocks]
            properties = self._blob(container, path).commit_block_list(block_list, **_typed(content_type))
        return normal_etag(str(properties["etag"]))

    def within(self, container: str, prefix: str = "") -> Iterator[BlobInfo]:
        """Blobs whose path begins with ``prefix``, sorted by path."""
        for properties in self._service.get_container_client(container).list_blobs(name_starts_with=prefix or None):
            yield _info(properties)

    def delete(self, container: str, path: str) -> None:
        """Delete a blob if it exists."""
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
            max_chunk_get_size=_CHUNK_BYTES,
            max_single_get_size=_CHUNK_BYTES,
            max_single_put_size=_CHUNK_BYTES,
            max_block_size=_CHUNK_BYTES,
            **_RETRIES,
        )

    def _blob(self, container: str, path: str) -> "BlobClient":
        return self._service.get_blob_client(container, path)


@contextmanager
def _translate_lost_commit(path: str) -> Iterator[None]:
    """Raise ``ConflictError`` where our staged blocks are gone: a commit drops the blocks that others have staged."""
    from azure.core.exceptions import HttpResponseError

    try:
        yield
    except HttpResponseError as error:
        if getattr(error, "error_code", None) == "InvalidBlockList":
            raise ConflictError(f"Another writer committed blob '{path}' first.") from error
        raise


def _typed(content_type: str) -> dict[str, Any]:
    from azure.storage.blob import ContentSettings

    return {"content_settings": ContentSettings(content_type=content_type)}


def _info(properties: "BlobProperties") -> BlobInfo:
    return BlobInfo(properties.name, normal_etag(properties.etag), properties.size, properties.last_modified)
