"""Folder uploads: files whose owner has made the splits, closed by an empty ``_READY`` file, are one upload.

    uploads/{project}/{folder}/train.jsonl  validation.jsonl  test.jsonl    each may be .gz; only train is needed
    uploads/{project}/{folder}/_READY                                       last: its version is the upload's version

The run's record names the files that the folder holds when it is closed, so that later changes are noticed.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath

from shared.core import naming
from shared.core.resources import UPLOADS
from shared.models.run import Upload, UploadPart
from shared.ports import BlobInfo, Ports


def with_parts(upload: Upload, ports: Ports) -> tuple[Upload, str | None]:
    """A folder upload with its files as they are now, and why it cannot be used. Any other upload is returned as is."""
    if not naming.is_ready(upload.path):
        return upload, None
    folder = upload.path.removesuffix(naming.READY)
    blobs = list(ports.blobs.within(UPLOADS, folder))
    files = [info for info in blobs if info.path.count("/") == folder.count("/") and naming.split_of(info.path)]
    parts = [UploadPart(path=info.path, etag=info.etag, size=info.size) for info in files]
    ready = next((info for info in blobs if info.path == upload.path), None)
    whole = upload.model_copy(update={"parts": parts, "size": sum(part.size for part in parts)})
    return whole, _incomplete(files) or (_changed(files, ready) if ready else None)


def changed(names: Iterable[str]) -> str:
    """The message for the owner of a folder whose files changed after it was closed."""
    return f"{', '.join(sorted(names))} changed after {naming.READY} was uploaded. Upload {naming.READY} again."


def _incomplete(files: list[BlobInfo]) -> str | None:
    splits = [naming.split_of(info.path) for info in files]
    twice = next((split for split in splits if splits.count(split) > 1), None)
    if twice:
        return f"The folder has both {twice}.jsonl and {twice}.jsonl.gz. Keep one, then upload {naming.READY} again."
    if "train" not in splits:
        return f"The folder has no train.jsonl. Add it, then upload {naming.READY} again, as the last file."
    return None


def _changed(files: list[BlobInfo], ready: BlobInfo) -> str | None:
    """An event may be late: by then the folder may hold other files than when it was closed."""
    later = [PurePosixPath(info.path).name for info in files if info.last_modified > ready.last_modified]
    return changed(later) if later else None
