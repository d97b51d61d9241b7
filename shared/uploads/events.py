"""What a BlobCreated event says about an upload.

Anyone can try to send an event. So topic, type, container and name are checked, and no URL is ever fetched.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from shared.core import naming, resources
from shared.core.errors import EventError
from shared.core.events import Event, check, text
from shared.models.run import Upload
from shared.ports import Ports

_SUBJECT: Final = "/blobServices/default/containers/"


def upload_of(event: Event, ports: Ports) -> Upload | None:
    """The upload that a BlobCreated event announces; ``None``: a sidecar, a file of a folder upload, or an empty file.

    Raises:
        EventError: the event is not for this app.
    """
    check(event, ports.settings.storage_id, resources.UPLOAD_EVENT_TYPES)
    data = event["data"]
    api = text(data, "api")
    if api not in resources.UPLOAD_EVENT_APIS:
        raise EventError(f"The storage call {_quoted(api)} does not complete an upload.")
    path = _path(text(event, "subject"), text(data, "url"))
    size = _length(data) or _size(path, ports)
    if not naming.is_upload(path, size):
        return None
    naming.project_of(path)
    etag = naming.normal_etag(text(data, "eTag"))
    if not etag:
        raise EventError("The event has no ETag.")
    return Upload(path=path, etag=etag, sequencer=text(data, "sequencer") or None, written=_time(event), size=size)


def _length(data: Mapping[str, Any]) -> int:
    """Bytes of the blob; 0: the event does not say."""
    value = data.get("contentLength") or 0
    if not isinstance(value, int) or value < 0:
        raise EventError(f"contentLength must be a number of bytes; it was {_quoted(value)}.")
    return value


def _time(event: Event) -> datetime | None:
    value = event.get("eventTime")
    try:
        time = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        raise EventError(f"eventTime must be an ISO 8601 time; it was {_quoted(value)}.") from None
    return time.replace(tzinfo=UTC) if time and time.tzinfo is None else time


def _quoted(value: Any) -> str:
    """A field of an event that anyone may have sent, short enough for the log."""
    return repr(value)[:40]


def _path(subject: str, url: str) -> str:
    """Path in the uploads container, from subject or URL. Where both are given, they must agree."""
    if subject:
        container, blobs, path = subject.removeprefix(_SUBJECT).partition("/blobs/")
        if not subject.startswith(_SUBJECT) or not blobs:
            raise EventError("The subject names no blob.")
        if url and not _same(url, container, path):
            raise EventError("Subject and URL name different blobs.")
    else:
        container, _, path = _blob_of(url)
    if container != resources.UPLOADS or not path:
        raise EventError("The event is about another container.")
    return path


def _same(url: str, container: str, path: str) -> bool:
    """Whether the URL names that blob. Some subjects are escaped as URLs are."""
    in_url, _, path_in_url = _blob_of(url)
    return in_url == container and path_in_url in (path, unquote(path))


def _blob_of(url: str) -> tuple[str, str, str]:
    """(container, "/", path). A path-style URL, as Azurite's, has the account first."""
    whole = unquote(urlsplit(url).path).lstrip("/")
    first, _, rest = whole.partition("/")
    return whole.partition("/") if first == resources.UPLOADS else rest.partition("/")


def _size(path: str, ports: Ports) -> int:
    """Bytes of a blob that was announced without its size."""
    info = ports.blobs.info(resources.UPLOADS, path)
    return info.size if info else 0
