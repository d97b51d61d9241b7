"""What events mean: an upload becomes a run, a run event wakes one. Nothing else happens here.

Events arrive at least once, late and in any order, and anyone can try to send one. So topic, type, container
and name are checked, no URL is ever fetched, and everything is written under names that follow from the
upload's version: the same event twice is one run.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from shared.core import naming, resources
from shared.core.errors import EventError
from shared.core.states import DEADLINES, ENDS, State
from shared.core.telemetry import event_dropped
from shared.data.settings import reader
from shared.models.config import ProjectConfig
from shared.models.run import Results, Run, Upload
from shared.ports import BlobInfo, Ports
from shared.runs import store
from shared.uploads import folder_uploads
from shared.uploads.versions import give_way

log = logging.getLogger(__name__)

_SUBJECT: Final = "/blobServices/default/containers/"

Event = Mapping[str, Any]
"""In Event Grid's schema: ``topic``, ``subject``, ``eventType``, ``data``."""


def receive(event: Event, ports: Ports) -> str | None:
    """Take in a BlobCreated event; the run it belongs to, ``None`` if it is not about an upload of ours."""
    try:
        upload = upload_of(event, ports)
    except EventError as error:
        log.warning("Upload event dropped: %s", error)
        event_dropped("uploads", "foreign")
        return None
    return accept(upload, ports) if upload else None


def notice(event: Event, ports: Ports) -> str | None:
    """Wake the run whose job an Azure ML run event is about; ``None`` for jobs that are not ours."""
    try:
        _check(event, ports.settings.workspace_id, resources.RUN_EVENT_TYPES)
    except EventError as error:
        log.warning("Run event dropped: %s", error)
        event_dropped("runs", "foreign")
        return None
    run_id = _run_of(str(event["data"].get("runId")), ports)
    if run_id is None:
        event_dropped("runs", "unknown")
        return None
    ports.queue.send(naming.project_of_run(run_id), run_id)
    return run_id


def _run_of(job: str, ports: Ports) -> str | None:
    """The run whose present attempt a job is: by its name only, which steps of a pipeline do not share."""
    found = naming.parse_attempt_name(job)
    stored = ports.runs.get(found[0], found[1]) if found else None
    if found is None or stored is None or stored.value.attempt != found[2] or stored.value.state in ENDS:
        return None
    return stored.value.run_id


def accept(upload: Upload, ports: Ports) -> str:
    """Make sure that this version of an upload has a run, that older ones give way, and that it moves."""
    run_id = naming.run_id(ports.blobs.account, resources.UPLOADS, upload.path, upload.etag)
    project = naming.project_of(upload.path)
    if ports.runs.get(project, run_id) is None:
        store.create(_received(run_id, project, upload, ports), ports)
    give_way(project, upload.path, ports)
    ports.queue.send(project, run_id)
    return run_id


def found(info: BlobInfo, ports: Ports) -> str:
    """Accept a version that lies in the uploads container: its event was lost, or there was none."""
    etag = naming.normal_etag(info.etag)
    return accept(Upload(path=info.path, etag=etag, written=info.last_modified, size=info.size), ports)


def upload_of(event: Event, ports: Ports) -> Upload | None:
    """The upload that a BlobCreated event tells of; ``None``: a sidecar, a part of a folder, or nothing in it.

    Raises:
        EventError: the event is not one of ours.
    """
    _check(event, ports.settings.storage_id, resources.UPLOAD_EVENT_TYPES)
    data = event["data"]
    api = _text(data, "api")
    if api not in resources.UPLOAD_EVENT_APIS:
        raise EventError(f"Storage call '{api}' does not complete an upload.")
    path = _path(_text(event, "subject"), _text(data, "url"))
    size = _length(data) or _size(path, ports)
    if not naming.is_upload(path, size):
        return None
    naming.project_of(path)
    etag = naming.normal_etag(_text(data, "eTag"))
    if not etag:
        raise EventError("The event has no ETag.")
    return Upload(path=path, etag=etag, sequencer=_text(data, "sequencer") or None, written=_time(event), size=size)


def _check(event: Event, topic: str, types: frozenset[str]) -> None:
    if not topic or _text(event, "topic").casefold() != topic.casefold():
        raise EventError("It comes from another topic.")
    if _text(event, "eventType") not in types:
        raise EventError("It is of another type.")
    if not isinstance(event.get("data"), Mapping):
        raise EventError("It has no data.")


def _text(fields: Mapping[str, Any], name: str) -> str:
    """A field of an event; empty where there is none."""
    value = fields.get(name)
    if not isinstance(value, str | None):
        raise EventError(f"Its {name} is no text.")
    return value or ""


def _length(data: Mapping[str, Any]) -> int:
    """Bytes of the blob; 0: not said."""
    value = data.get("contentLength") or 0
    if not isinstance(value, int) or value < 0:
        raise EventError("Its contentLength is no number of bytes.")
    return value


def _time(event: Event) -> datetime | None:
    said = event.get("eventTime")
    try:
        found = datetime.fromisoformat(str(said)) if said else None
    except ValueError:
        raise EventError(f"Its time '{said}' is none.") from None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def _path(subject: str, url: str) -> str:
    """Path in the uploads container, from subject or URL; both must agree where both are there."""
    if subject:
        container, found, path = subject.removeprefix(_SUBJECT).partition("/blobs/")
        if not subject.startswith(_SUBJECT) or not found:
            raise EventError("Its subject is not a blob.")
        if url and not _same(url, container, path):
            raise EventError("Its subject and its URL disagree.")
    else:
        container, _, path = _blob_of(url)
    if container != resources.UPLOADS or not path:
        raise EventError("It is about another container.")
    return path


def _same(url: str, container: str, path: str) -> bool:
    """Some subjects are escaped as URLs are."""
    found, _, there = _blob_of(url)
    return found == container and there in (path, unquote(path))


def _blob_of(url: str) -> tuple[str, str, str]:
    """(container, "/", path); a path-style URL, as Azurite's, has the account first."""
    whole = unquote(urlsplit(url).path).lstrip("/")
    first, _, rest = whole.partition("/")
    return whole.partition("/") if first == resources.UPLOADS else rest.partition("/")


def _size(path: str, ports: Ports) -> int:
    """Some services announce a blob before they know its size."""
    info = ports.blobs.info(resources.UPLOADS, path)
    return info.size if info else 0


def _received(run_id: str, project: str, upload: Upload, ports: Ports) -> Run:
    now = ports.clock.now()
    settings, results = _settings(project, ports)
    upload, fault = folder_uploads.closed(upload, ports)
    if fault and not results.problems:
        results = Results(end=State.REJECTED, error=fault)
    return Run(
        project=project,
        run_id=run_id,
        upload=upload,
        config=settings,
        results=results,
        deadline=now + DEADLINES[State.RECEIVED],
        next_due=now,
        created=now,
        updated=now,
    )


def _settings(project: str, ports: Ports) -> tuple[ProjectConfig, Results]:
    """The project's settings as they are now; faulty ones reject the upload, with the reason."""
    found = reader.read(ports.blobs.read(resources.UPLOADS, f"{project}/{naming.CONFIG_FILE}"))
    if isinstance(found, ProjectConfig):
        return found, Results()
    return ProjectConfig(), Results(end=State.REJECTED, error=reader.summary(found), problems=found)
