"""An upload becomes a run. Nothing else happens here.

Events arrive at least once, late and in any order. Everything is written under names that follow from the upload's
version, so the same event twice makes one run.
"""

import logging

from shared.core import naming, resources
from shared.core.errors import EventError
from shared.core.events import Event
from shared.core.states import DEADLINES, State
from shared.core.telemetry import event_dropped
from shared.data.settings import reader
from shared.models.config import ProjectConfig
from shared.models.run import Results, Run, Upload
from shared.ports import BlobInfo, Ports
from shared.runs import store
from shared.uploads import folder_uploads
from shared.uploads.events import upload_of
from shared.uploads.versions import give_way

log = logging.getLogger(__name__)


def receive(event: Event, ports: Ports) -> str | None:
    """Take in a BlobCreated event; the id of the upload's run, ``None`` if the event announces no upload."""
    try:
        upload = upload_of(event, ports)
    except EventError as error:
        log.warning("Upload event dropped: %s", error)
        event_dropped("uploads", "foreign")
        return None
    return accept(upload, ports) if upload else None


def accept(upload: Upload, ports: Ports) -> str:
    """Make sure that this version of an upload has a run, that older versions give way, and that the run moves.

    Raises:
        EventError: the upload is not in a project's folder.
    """
    run_id = naming.run_id(ports.blobs.account, resources.UPLOADS, upload.path, upload.etag)
    project = naming.project_of(upload.path)
    if ports.runs.get(project, run_id) is None:
        store.create(_received(run_id, project, upload, ports), ports)
    give_way(project, upload.path, ports)
    ports.queue.send(project, run_id)
    return run_id


def accept_blob(info: BlobInfo, ports: Ports) -> str:
    """Accept a version in the uploads container that no event announced.

    Raises:
        EventError: the blob is not in a project's folder.
    """
    etag = naming.normal_etag(info.etag)
    return accept(Upload(path=info.path, etag=etag, written=info.last_modified, size=info.size), ports)


def _received(run_id: str, project: str, upload: Upload, ports: Ports) -> Run:
    now = ports.clock.now()
    config, results = _config(project, ports)
    upload, problem = folder_uploads.with_parts(upload, ports)
    if problem and not results.problems:
        results = Results(end=State.REJECTED, error=problem)
    return Run(
        project=project,
        run_id=run_id,
        upload=upload,
        config=config,
        results=results,
        deadline=now + DEADLINES[State.RECEIVED],
        next_due=now,
        created=now,
        updated=now,
    )


def _config(project: str, ports: Ports) -> tuple[ProjectConfig, Results]:
    """The project's settings as they are now. Settings with mistakes reject the upload, and the receipt says why."""
    config = reader.read(ports.blobs.read(resources.UPLOADS, f"{project}/{naming.CONFIG_FILE}"))
    if isinstance(config, ProjectConfig):
        return config, Results()
    return ProjectConfig(), Results(end=State.REJECTED, error=reader.summary(config), problems=config)
