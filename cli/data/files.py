"""Local files: read in pieces, and written so that nobody sees a half-written one under its name."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from shared.core.errors import TunedropError

_PIECE: Final = 2**18
_CHOOSE_FOLDER: Final = "Name a folder that is empty or does not exist yet."


def readable(file: Path) -> Path:
    """``file``, if it is one.

    Raises:
        TunedropError: it does not exist, or is a folder.
    """
    if file.is_dir():
        example = next(iter(sorted(file.glob("*.jsonl*"))), file / "train.jsonl")
        raise TunedropError(f"'{file}' is a folder.", f"Name a file in it, for example {example}.")
    if not file.exists():
        raise TunedropError(f"There is no file '{file}'.", "Check its path.")
    return file


def pieces(file: Path) -> Iterator[bytes]:
    """The bytes of a file, 256 KiB at a time: larger pieces are no faster, and several are in memory at once."""
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            yield piece


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that gets the name ``path`` when it is complete; after an error, an earlier file there is unchanged.

    Raises:
        TunedropError: ``path`` is something other than a file.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise TunedropError(f"'{path}' exists and is not a regular file.", "Name another file to write to.")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _beside(path, "new")
    try:
        with draft.open("wb") as opened:
            yield opened
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path, is_replaceable: Callable[[Path], bool]) -> Iterator[Path]:
    """A folder that gets the name ``path`` when it is complete; an earlier one there is replaced.

    Args:
        is_replaceable: whether a folder that is not empty came from the same command.

    Raises:
        TunedropError: ``path`` is something other than an empty or a replaceable folder.
    """
    path = path.resolve()
    _refuse_others(path, is_replaceable)
    draft = _beside(path, "new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        _replace(path, draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _beside(path: Path, suffix: str) -> Path:
    """On the same disk, so that a rename moves it; the process id keeps it apart from other processes' files."""
    return path.with_name(f".{path.name}.{suffix}-{os.getpid()}")


def _refuse_others(path: Path, is_replaceable: Callable[[Path], bool]) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        raise TunedropError(f"'{path}' is a file.", _CHOOSE_FOLDER)
    if any(path.iterdir()) and not is_replaceable(path):
        raise TunedropError(f"'{path}' holds other files.", _CHOOSE_FOLDER)


def _replace(path: Path, draft: Path) -> None:
    """An earlier folder is deleted only when the new one is in its place."""
    if not path.exists():
        draft.rename(path)
        return
    earlier = path.rename(_beside(path, "earlier"))
    try:
        draft.rename(path)
    except BaseException:
        earlier.rename(path)
        raise
    shutil.rmtree(earlier)
