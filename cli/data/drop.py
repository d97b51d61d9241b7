"""``tunedrop drop``: a file or a folder goes into a project's uploads."""

from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path
from typing import Final

from rich.console import Console

from cli.files import pieces, readable
from shared.core.errors import TunedropError
from shared.core.naming import READY, is_data_file, is_project
from shared.core.resources import UPLOADS
from shared.data.preparing import splits
from shared.ports import Ports

_SUFFIXES: Final = (".jsonl", ".jsonl.gz")
_BYTES: Final = "application/octet-stream"


def drop(console: Console, path: Path, project: str, ports: Callable[[], Ports]) -> None:
    """Upload a file, or a folder's splits as one upload, and say what to look at next.

    Raises:
        TunedropError: it would not become a run.
    """
    check_project(project)
    dropped = _folder(path, project, ports) if path.is_dir() else _file(readable(path), project, ports)
    console.print(f"Dropped uploads/{dropped}. Follow it: tunedrop status {project}", highlight=False, soft_wrap=True)


def check_project(name: str) -> None:
    """Raises:
    TunedropError: it cannot be the name of a project.
    """
    if not is_project(name):
        raise TunedropError(f"'{name}' is no project.", "It has 3-18 lower-case letters, digits and dashes.")


def _file(file: Path, project: str, ports: Callable[[], Ports]) -> str:
    if not is_data_file(file.name):
        raise TunedropError(f"'{file.name}' is no chat data.", "Its name must end in .jsonl or .jsonl.gz.")
    path = f"{project}/{file.name}"
    ports().blobs.write(UPLOADS, path, pieces(file), _BYTES)
    return path


def _folder(folder: Path, project: str, ports: Callable[[], Ports]) -> str:
    """Its parts first, then the empty file that says that they are all there."""
    found = parts(file for file in folder.iterdir() if file.is_file())
    if "train" not in found:
        raise TunedropError(f"'{folder}' has no rows to train on.", "Put a train.jsonl into it.")
    path = f"{project}/{folder.resolve().name}"
    blobs = ports().blobs
    for split, suffix in product(splits.NAMES, _SUFFIXES):
        file = found.get(split)
        if file is not None and _suffix(file) == suffix:
            blobs.write(UPLOADS, f"{path}/{split}{suffix}", pieces(readable(file)), _BYTES)
        else:  # an earlier drop of this name may have had it
            blobs.delete(UPLOADS, f"{path}/{split}{suffix}")
    blobs.write(UPLOADS, f"{path}/{READY}", [], _BYTES)
    return path


def _suffix(file: Path) -> str:
    return ".jsonl.gz" if file.name.endswith(".gz") else ".jsonl"


def parts(files: Iterable[Path]) -> dict[str, Path]:
    """Which file is which split, in the order train, validation, test: ``train.jsonl``, else ``train_sft.jsonl``, ….

    Raises:
        TunedropError: two files could be the same one.
    """
    data = sorted(file for file in files if is_data_file(file.name))
    found = {name: _only(name, [file for file in data if file.name.startswith(name)]) for name in splits.NAMES}
    return {name: file for name, file in found.items() if file is not None}


def _only(split: str, files: list[Path]) -> Path | None:
    for stem in (split, f"{split}_sft"):
        if named := [file for file in files if file.name.partition(".")[0] == stem]:
            files = named
            break
    if len(files) > 1:
        names = ", ".join(file.name for file in files)
        raise TunedropError(f"Several files could be the {split} split: {names}.", f"Name one of them {split}.jsonl.")
    return files[0] if files else None
