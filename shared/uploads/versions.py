"""The versions of one upload: which is the newest, which give way to it, and which only repeats another.

An event announces a version with new content. A version that was found in the container without an event may differ
from the one before it in metadata alone, which changes the ETag too. It counts only after it has been read.
"""

from functools import reduce
from typing import Final

from shared.core.resources import UPLOADS
from shared.core.states import ENDS, Intent, State
from shared.models.run import Run
from shared.ports import Ports
from shared.runs.decisions import ask

_SETTLED: Final = ENDS | {State.LIVE, State.CLOSING}


def give_way(project: str, path: str, ports: Ports, read: Run | None = None) -> None:
    """Of all unfinished versions of one upload, only the newest goes on.

    Args:
        read: a version that has just been read whole; its stored record does not say so yet.
    """
    versions = [read if read and run.run_id == read.run_id else run for run in _versions(project, path, ports)]
    moving = [run for run in versions if run.state not in _SETTLED]
    if not moving or len(versions) == 1:
        return
    now = _etag_now(path, ports)
    for run in moving:
        if any(_replaces(other, run, now) for other in versions):
            ask(project, run.run_id, Intent.SUPERSEDE, ports)


def repeated(run: Run, ports: Ports) -> Run | None:
    """The version before, if ``run`` has the same content and settings and no event announced it; else ``None``.

    Args:
        run: has been read whole.
    """
    others = [other for other in _versions(run.project, run.upload.path, ports) if other.run_id != run.run_id]
    if run.upload.sequencer or not others:
        return None
    now = _etag_now(run.upload.path, ports)
    before = reduce(lambda newest, other: other if other.is_newer(newest, now) else newest, others)
    return before if before.is_like(run) and before.intent is not Intent.SUPERSEDE else None


def _versions(project: str, path: str, ports: Ports) -> list[Run]:
    return [run for run in ports.runs.all(project) if run.upload.path == path]


def _etag_now(path: str, ports: Ports) -> str | None:
    """ETag of the version that the container holds."""
    info = ports.blobs.info(UPLOADS, path)
    return info.etag if info else None


def _replaces(run: Run, other: Run, now: str | None) -> bool:
    was_announced = run.upload.sequencer is not None
    was_read = run.upload.sha256 is not None
    return (was_announced or (was_read and not run.is_like(other))) and run.is_newer(other, now)
