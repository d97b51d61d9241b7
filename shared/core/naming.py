"""Deterministic names: the same version of the same upload always has the same names.

Azure ML's limits: endpoint and deployment names have 3-32 characters, begin with a letter and hold
letters, digits and single dashes; an endpoint's name is unique in its region and never reused.
"""

import hashlib
import re
from typing import Final

from shared.core.errors import EventError

_PROJECT: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ATTEMPT: Final = re.compile(r"((.+)-[0-9a-f]{10})-([1-9][0-9]*)")
_DATA_SUFFIXES: Final = (".jsonl", ".jsonl.gz")
_PART: Final = re.compile(r"[^/]+(/[^/]+)+/(train|validation|test)\.jsonl(\.gz)?")
READY: Final = "_READY"
"""Name of the empty file that closes a folder upload."""
CONFIG_FILE: Final = "tunedrop.yaml"
MANAGED_BY: Final = "managed-by"
"""Tag of everything that we create in Azure ML; its value is ``OURS``."""
OURS: Final = "tunedrop"


def is_project(name: str) -> bool:
    """Whether ``name`` may be a project: 3-18 lower-case letters, digits and single dashes."""
    return 3 <= len(name) <= 18 and _PROJECT.fullmatch(name) is not None


def is_data_file(path: str) -> bool:
    """Whether a file is chat data. Other files beside it are ignored."""
    return path.endswith(_DATA_SUFFIXES)


def split_of(path: str) -> str | None:
    """The split of a folder upload's file, ``{project}/{folder}/{split}.jsonl[.gz]``; ``None`` for any other path."""
    match = _PART.fullmatch(path)
    return match[2] if match else None


def is_ready(path: str) -> bool:
    """Whether an upload closes a folder upload."""
    return re.fullmatch(rf"[^/]+(/[^/]+)+/{READY}", path) is not None


def is_upload(path: str, size: int) -> bool:
    """Whether a blob in the uploads container becomes a run. The files of a folder upload do with its ``_READY``.

    Args:
        size: bytes.
    """
    return is_ready(path) or (is_data_file(path) and split_of(path) is None and size > 0)


def project_of(path: str) -> str:
    """The project that owns ``path`` (relative to the uploads container).

    Raises:
        EventError: the path has no folder, or its first folder is not a project's name.
    """
    project, slash, _ = path.partition("/")
    if not slash or not is_project(project):
        raise EventError(
            f"{path!r} is not in a project's folder.",
            "Upload it to uploads/{project}/…; a project's name has 3 to 18 lower-case letters, digits and dashes.",
        )
    return project


def normal_etag(etag: str) -> str:
    """An ETag without quotes. The SDK quotes ETags; listings and some events do not."""
    return etag.removeprefix("W/").strip('"')


def run_id(account: str, container: str, path: str, etag: str) -> str:
    """Id of the run that this version of this upload becomes: ``{project}-{10 hex digits}``.

    Raises:
        EventError: the path is not in a project's folder.
    """
    key = "\0".join((account, container, path, normal_etag(etag)))
    return f"{project_of(path)}-{hashlib.sha256(key.encode()).hexdigest()[:10]}"


def project_of_run(run: str) -> str:
    """The project of a run, taken from the run's id."""
    return run.rpartition("-")[0]


def prepared_path(run: str, claim: str, split: str) -> str:
    """Path of a split within the prepared container. No two claims ever write the same path."""
    return f"{run}/{claim}/{split}.jsonl"


def evaluation_rows_path(project: str) -> str:
    """Path of the project's evaluation rows within the prepared container."""
    return f"evaluation/{project}.jsonl"


def attempt_name(run: str, attempt: int) -> str:
    """Name of an attempt's job and of its deployment."""
    return f"{run}-{attempt}"


def parse_attempt_name(name: str) -> tuple[str, str, int] | None:
    """(project, run id, attempt) of a job or deployment; ``None`` for a name that ``attempt_name`` never returns."""
    match = _ATTEMPT.fullmatch(name)
    return (match[2], match[1], int(match[3])) if match and is_project(match[2]) else None


def model_version(run: str, attempt: int) -> str:
    """Version of the model (named as its project) that an attempt registers."""
    return attempt_name(run.rpartition("-")[2], attempt)


def endpoint_name(project: str, workspace_id: str, generation: int) -> str:
    """Name of a project's endpoint. Each generation has a new name, because Azure ML never frees a name."""
    return f"{project}-{hashlib.sha256(workspace_id.encode()).hexdigest()[:5]}-{generation}"
