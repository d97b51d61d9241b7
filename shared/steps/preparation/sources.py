"""What preparation reads: an upload's files, the project's evaluation rows, and its earlier uploads."""

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Final

from shared.core import naming
from shared.core.errors import ConflictError
from shared.core.resources import PREPARED, UPLOADS
from shared.core.states import State
from shared.data.preparing.prepare import UploadFile
from shared.data.reading.lines import lines
from shared.models.run import Run, Upload, UploadPart
from shared.ports import BlobInfo, Blobs, Ports

_ORDER: Final = ("test", "validation", "train", None)
"""Held-out files first: of equal rows the first one counts, so no held-out row is trained on."""


class ReplacedError(Exception):
    """A file is no longer the version that was accepted. The message is the file's name."""


def upload_files(run: Run, blobs: Blobs, check: Callable[[], None]) -> list[UploadFile]:
    """The files of a run's upload, each read when its turn comes.

    Args:
        check: called before each chunk is returned; what it raises ends the reading.

    Raises:
        ReplacedError: while a part is read: the file is no longer the version that was accepted.
    """
    files = _files(run.upload)
    chunks = (_of_this_version(blobs.chunks(UPLOADS, file.path, file.etag), file) for file in files)
    return [_upload_file(file, content, check) for file, content in zip(files, chunks, strict=True)]


def main_file(run: Run) -> str:
    """File name of a run's upload; of a folder upload, the file to train on."""
    return PurePosixPath(_files(run.upload)[-1].path).name


def evaluation_rows(project: str, blobs: Blobs) -> BlobInfo | None:
    """The project's evaluation rows: the test rows of the first upload that it trained on."""
    return blobs.info(PREPARED, naming.evaluation_rows_path(project))


def read_rows(file: BlobInfo | None, blobs: Blobs) -> Iterator[bytes]:
    """The rows of a prepared file, one by one; no rows if the file does not exist."""
    return lines(blobs.chunks(PREPARED, file.path, file.etag)) if file else iter(())


def earlier(run: Run, ports: Ports, check: Callable[[], None]) -> Iterator[UploadFile]:
    """The files of the project's earlier accepted uploads, newest first. Files that have changed since are left out."""
    accepted = [other for other in ports.runs.all(run.project) if _was_accepted(other) and other.created < run.created]
    etags = {info.path: info.etag for info in ports.blobs.within(UPLOADS, f"{run.project}/")} if accepted else {}
    for other in sorted(accepted, key=lambda other: (other.created, other.run_id), reverse=True):
        files = _files(other.upload)
        if all(etags.get(file.path) == file.etag for file in files):
            yield from (_upload_file(file, ports.blobs.chunks(UPLOADS, file.path, file.etag), check) for file in files)


def _was_accepted(run: Run) -> bool:
    return run.results.receipt is not None and run.results.end is not State.REJECTED


def _files(upload: Upload) -> list[UploadPart]:
    whole = UploadPart(path=upload.path, etag=upload.etag, size=upload.size)
    return sorted(upload.parts or [whole], key=lambda file: _ORDER.index(naming.split_of(file.path)))


def _upload_file(file: UploadPart, chunks: Iterator[bytes], check: Callable[[], None]) -> UploadFile:
    split = naming.split_of(file.path)
    name = PurePosixPath(file.path).name if split else None
    return UploadFile(_checked(chunks, check), name=name, gzipped=file.path.endswith(".gz"), split=split)


def _of_this_version(chunks: Iterator[bytes], file: UploadPart) -> Iterator[bytes]:
    try:
        yield from chunks
    except ConflictError as error:
        raise ReplacedError(PurePosixPath(file.path).name) from error


def _checked(chunks: Iterator[bytes], check: Callable[[], None]) -> Iterator[bytes]:
    for chunk in chunks:
        check()
        yield chunk
