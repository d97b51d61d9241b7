"""Events as documents, in Event Grid's schema or as CloudEvents 1.0."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

Event = dict[str, Any]
BLOB_CREATED: Final = "Microsoft.Storage.BlobCreated"


@dataclass(frozen=True)
class NewBlob:
    """A version of a blob that was not seen before.

    Args:
        etag: without quotes.
        size: bytes.
    """

    container: str
    name: str
    etag: str
    size: int
    content_type: str
    blob_type: str
    url: str


def blob_created(topic: str, blob: NewBlob, sequencer: int) -> Event:
    """The event that a blob was created. The event of the same version of the same blob always has the same id."""
    key = "\0".join((topic, blob.container, blob.name, blob.etag))
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, key)),
        "topic": topic,
        "subject": f"/blobServices/default/containers/{blob.container}/blobs/{blob.name}",
        "eventType": BLOB_CREATED,
        "eventTime": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "dataVersion": "",
        "metadataVersion": "1",
        "data": _blob_data(blob, sequencer),
    }


def kind(event: Event) -> str:
    """The type of an event in either schema."""
    return str(event.get("eventType") or event.get("type") or "")


def is_cloud_event(event: Event) -> bool:
    """Whether an event is a CloudEvent."""
    return "specversion" in event


def value_at(event: Event, path: str) -> Any:
    """The value at a path such as ``data.api``; None if there is none."""
    node: Any = event
    for key in path.split("."):
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def as_cloud_event(event: Event) -> Event:
    """The event as a CloudEvent, converted as Event Grid does."""
    if is_cloud_event(event):
        return event
    names = {"id": "id", "source": "topic", "type": "eventType", "subject": "subject", "time": "eventTime"}
    return {"specversion": "1.0"} | {new: event.get(old) for new, old in names.items()} | {"data": event.get("data")}


def _blob_data(blob: NewBlob, sequencer: int) -> dict[str, Any]:
    return {
        "api": "PutBlob",
        "clientRequestId": str(uuid.uuid4()),
        "requestId": str(uuid.uuid4()),
        "eTag": blob.etag,
        "contentType": blob.content_type,
        "contentLength": blob.size,
        "blobType": blob.blob_type,
        "url": blob.url,
        "sequencer": f"{sequencer:032x}",
        "storageDiagnostics": {"batchId": secrets.token_hex(16)},
    }
