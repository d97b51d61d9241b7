"""Deterministic names: the same version of the same upload always yields the same ones.

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
"""Name of the empty file that closes a folder drop."""
CONFIG_FILE: Final = "tunedrop.yaml"
MANAGED_BY: Final = "managed-by"
"""Tag of everything we make in Azure; its value is ``OURS``."""
OURS: Final = "tunedrop"


def is_project(name: str) -> bool:
    """Whether ``name`` may be a project: 3-18 lower-case letters, digits and single dashes."""
    return 3 <= len(name) <= 18 and _PROJECT.fullmatch(name) is not None


def is_data_file(path: str) -> bool:
    """Whether a file is chat data (other files beside it are sidecars)."""
    return path.endswith(_DATA_SUFFIXES)


def split_of(path: str) -> str | None:
    """The split that an upload is a folder drop's file of: ``{project}/{drop}/{split}.jsonl[.gz]``; else ``None``."""
    found = _PART.fullmatch(path)
    return found[2] if found else None


def is_ready(path: str) -> bool:
    """Whether an upload closes a folder drop."""
    return re.fullmatch(rf"[^/]+(/[^/]+)+/{READY}", path) is not None


def is_upload(path: str, size: int) -> bool:
    """Whether a blob in the uploads container becomes a run: a file of a folder drop does not before ``_READY``."""
    return is_ready(path) or (is_data_file(path) and split_of(path) is None and size > 0)


def project_of(path: str) -> str:
    """The project that owns ``path`` (relative to the uploads container).

    Raises:
        EventError: the path has no folder, or its first folder is not a project's name.
    """
    project, slash, _ = path.partition("/")
    if not slash or not is_project(project):
        raise EventError(
            f"'{path}' is not in a project's folder.",
            "Upload to uploads/{project}/…; a project has 3-18 lower-case letters, digits and dashes.",
        )
    return project


def normal_etag(etag: str) -> str:
    """An ETag without quotes: the SDK quotes them, listings and some events don't."""
    return etag.removeprefix("W/").strip('"')


def run_id(account: str, container: str, path: str, etag: str) -> str:
    """The run that this version of this upload becomes: ``{project}-{10 hex digits}``.

    Raises:
        EventError: the path is not in a project's folder.
    """
    key = "\0".join((account, container, path, normal_etag(etag)))
    return f"{project_of(path)}-{hashlib.sha256(key.encode()).hexdigest()[:10]}"


def project_of_run(run: str) -> str:
    """The project that a run belongs to, by the run's id."""
    return run.rpartition("-")[0]


def prepared_path(run: str, claim: str, split: str) -> str:
    """Path of a split within the prepared container: no two claims ever write the same one."""
    return f"{run}/{claim}/{split}.jsonl"


def evaluation_rows_path(project: str) -> str:
    """Path of the project's evaluation rows within the prepared container."""
    return f"evaluation/{project}.jsonl"


def attempt_name(run: str, attempt: int) -> str:
    """Name of an attempt's job and of its deployment."""
    return f"{run}-{attempt}"


def parse_attempt_name(name: str) -> tuple[str, str, int] | None:
    """(project, run id, attempt) of a job or deployment; ``None`` for a name that ``attempt_name`` never gives."""
    found = _ATTEMPT.fullmatch(name)
    return (found[2], found[1], int(found[3])) if found and is_project(found[2]) else None


def model_version(run: str, attempt: int) -> str:
    """Version of the model (named as its project) that an attempt registers."""
    return attempt_name(run.rpartition("-")[2], attempt)


def endpoint_name(project: str, workspace_id: str, generation: int) -> str:
    """Name of a project's endpoint; a new generation is a new name, because names aren't reusable."""
    return f"{project}-{hashlib.sha256(workspace_id.encode()).hexdigest()[:5]}-{generation}"
