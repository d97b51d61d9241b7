"""Folder drops: files whose splits their owner has made, closed by an empty ``_READY``, are one upload.

    uploads/{project}/{drop}/train.jsonl  validation.jsonl  test.jsonl      each also .gz; only train is needed
    uploads/{project}/{drop}/_READY                                         last: its version is the upload's

What lies in the folder when it is closed is written into the run's record, so that later changes are noticed.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath

from shared.core import naming
from shared.core.resources import UPLOADS
from shared.models.run import Upload, UploadPart
from shared.ports import BlobInfo, Ports


def closed(upload: Upload, ports: Ports) -> tuple[Upload, str | None]:
    """A folder's upload with its parts as they are now, and why it cannot be used; any other upload as it is."""
    if not naming.is_ready(upload.path):
        return upload, None
    folder = upload.path.removesuffix(naming.READY)
    files = list(ports.blobs.within(UPLOADS, folder))
    found = [info for info in files if info.path.count("/") == folder.count("/") and naming.split_of(info.path)]
    parts = [UploadPart(path=info.path, etag=info.etag, size=info.size) for info in found]
    ready = next((info for info in files if info.path == upload.path), None)
    whole = upload.model_copy(update={"parts": parts, "size": sum(part.size for part in parts)})
    return whole, _incomplete(found) or (_changed(found, ready) if ready else None)


def changed(names: Iterable[str]) -> str:
    """What the owner of a folder reads whose files are no longer those that were closed."""
    return f"{', '.join(sorted(names))} changed after {naming.READY} was uploaded. Upload {naming.READY} again."


def _incomplete(found: list[BlobInfo]) -> str | None:
    splits = [naming.split_of(info.path) for info in found]
    twice = next((split for split in splits if splits.count(split) > 1), None)
    if twice:
        return f"The folder has both {twice}.jsonl and {twice}.jsonl.gz. Keep one, and upload {naming.READY} again."
    if "train" not in splits:
        return f"The folder has no train.jsonl. Add it, and upload {naming.READY} again, as the last file."
    return None


def _changed(found: list[BlobInfo], ready: BlobInfo) -> str | None:
    """An event may come late: what the folder holds then need not be what was closed."""
    later = [PurePosixPath(info.path).name for info in found if info.last_modified > ready.last_modified]
    return changed(later) if later else None
