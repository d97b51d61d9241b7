"""Local files: read in pieces, and written so that nothing half-written is ever seen under its name."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from shared.core.errors import TunedropError

_PIECE: Final = 2**18


def readable(file: Path) -> Path:
    """``file``, if it is one.

    Raises:
        TunedropError: it is missing, or a folder.
    """
    if file.is_dir():
        raise TunedropError(f"'{file}' is a folder.", f"Name the files in it, for instance {file / 'train.jsonl'}.")
    if not file.exists():
        raise TunedropError(f"There is no file '{file}'.", "Check its path.")
    return file


def pieces(file: Path) -> Iterator[bytes]:
    """The bytes of a file, 256 KiB at a time: more is no faster, and is held several times on its way."""
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            yield piece


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the name ``path`` once it is whole; after an error there is none, or still the earlier one.

    Raises:
        TunedropError: ``path`` is something else than a file.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise TunedropError(f"'{path}' is no file.", "Name one that may be written.")
    path.parent.mkdir(parents=True, exist_ok=True)
    written = _beside(path, "new")
    try:
        with written.open("wb") as opened:
            yield opened
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path, is_earlier: Callable[[Path], bool]) -> Iterator[Path]:
    """A folder that takes the name ``path`` once it is whole; an earlier one there is replaced.

    Args:
        is_earlier: whether a folder that is not empty came from the same command.

    Raises:
        TunedropError: there is something else under that name.
    """
    path = path.resolve()
    _refuse_others(path, is_earlier)
    written = _beside(path, "new")
    shutil.rmtree(written, ignore_errors=True)
    written.mkdir(parents=True)
    try:
        yield written
        _put(written, path)
    finally:
        shutil.rmtree(written, ignore_errors=True)


def _beside(path: Path, word: str) -> Path:
    """On the same disk, so that a rename is all it takes; no other process that lives has it."""
    return path.with_name(f".{path.name}.{word}-{os.getpid()}")


def _refuse_others(path: Path, is_earlier: Callable[[Path], bool]) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        raise TunedropError(f"'{path}' is a file.", "Name a folder that is empty or not there yet.")
    if any(path.iterdir()) and not is_earlier(path):
        raise TunedropError(f"'{path}' holds other files.", "Name a folder that is empty or not there yet.")


def _put(written: Path, path: Path) -> None:
    """An earlier folder goes only once the new one is there."""
    if not path.exists():
        written.rename(path)
        return
    earlier = path.rename(_beside(path, "earlier"))
    try:
        written.rename(path)
    except BaseException:
        earlier.rename(path)
        raise
    shutil.rmtree(earlier)
