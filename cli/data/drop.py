"""``tunedrop drop``: upload a file or a folder to a project."""

import shlex
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console

from cli.data.files import pieces, readable
from shared.core.errors import TunedropError
from shared.core.naming import READY, is_data_file, is_project
from shared.core.resources import UPLOADS
from shared.data.preparing import splits

if TYPE_CHECKING:
    from shared.ports import Ports

_SUFFIXES: Final = (".jsonl", ".jsonl.gz")
_BYTES: Final = "application/octet-stream"


def drop(console: Console, path: Path, project: str, ports: "Callable[[], Ports]") -> None:
    """Upload a file, or a folder's splits as one upload, and say how to follow it.

    Raises:
        TunedropError: it would not become a run; then nothing is uploaded.
    """
    check_project(project)
    uploaded = _upload_folder(path, project, ports) if path.is_dir() else _upload_file(readable(path), project, ports)
    console.print(f"Dropped uploads/{uploaded}. Follow it: tunedrop status {project}", highlight=False, soft_wrap=True)


def check_project(name: str) -> None:
    """Refuse a name that no project can have.

    Raises:
        TunedropError: ``name`` is not a project's name.
    """
    if not is_project(name):
        raise TunedropError(
            f"'{name}' cannot be the name of a project.",
            "Use 3 to 18 lower-case letters, digits and single dashes; the first must be a letter.",
        )


def _upload_file(file: Path, project: str, ports: "Callable[[], Ports]") -> str:
    if not is_data_file(file.name):
        raise TunedropError(
            f"'{file.name}' is not chat data: its name must end in .jsonl or .jsonl.gz.",
            f"Convert it: tunedrop convert {shlex.quote(str(file))}",
        )
    path = f"{project}/{file.name}"
    ports().blobs.write(UPLOADS, path, pieces(file), _BYTES)
    return path


def _upload_folder(folder: Path, project: str, ports: "Callable[[], Ports]") -> str:
    """The splits first, then the empty file that closes the upload."""
    files = choose_splits(file for file in folder.iterdir() if file.is_file())
    if "train" not in files:
        raise TunedropError(f"'{folder}' has no rows to train on.", "Add a file train.jsonl to it.")
    path = f"{project}/{folder.resolve().name}"
    blobs = ports().blobs
    for split, suffix in product(splits.NAMES, _SUFFIXES):
        file = files.get(split)
        if file is not None and _suffix(file) == suffix:
            blobs.write(UPLOADS, f"{path}/{split}{suffix}", pieces(readable(file)), _BYTES)
        else:  # an earlier drop of this name may have had it
            blobs.delete(UPLOADS, f"{path}/{split}{suffix}")
    blobs.write(UPLOADS, f"{path}/{READY}", [], _BYTES)
    return path


def _suffix(file: Path) -> str:
    return ".jsonl.gz" if file.name.endswith(".gz") else ".jsonl"


def choose_splits(files: Iterable[Path]) -> dict[str, Path]:
    """Which file is which split, in the order train, validation, test: ``train.jsonl``, else ``train_sft.jsonl``, ….

    Raises:
        TunedropError: two files could be the same split.
    """
    data = sorted(file for file in files if is_data_file(file.name))
    chosen = {name: _only(name, [file for file in data if file.name.startswith(name)]) for name in splits.NAMES}
    return {name: file for name, file in chosen.items() if file is not None}


def _only(split: str, files: list[Path]) -> Path | None:
    for stem in (split, f"{split}_sft"):
        if exact := [file for file in files if file.name.partition(".")[0] == stem]:
            files = exact
            break
    if len(files) > 1:
        names = ", ".join(file.name for file in files)
        raise TunedropError(f"Several files could be the {split} split: {names}.", f"Rename one to {split}.jsonl.")
    return files[0] if files else None
