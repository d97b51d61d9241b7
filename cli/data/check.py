"""``tunedrop check`` and ``tunedrop prepare``."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from rich.console import Console

from cli.data.uploads import Asked, prepared, uploads
from cli.explained import errors
from cli.files import new_folder
from shared.core.errors import TunedropError
from shared.data.preparing import splits
from shared.data.preparing.prepare import REJECTED
from shared.data.receipt import receipt as receipts
from shared.models.receipt import Receipt

_FILES: Final = {name: f"{name}.jsonl" for name in (*splits.NAMES, REJECTED)}
_RECEIPT: Final = "receipt.json"
_READABLE: Final = "receipt.md"

Show = Callable[[Receipt], None]


class _Nowhere:
    """An output that nobody asked for."""

    def write(self, data: bytes, /) -> None:
        pass


def check(files: Sequence[Path], asked: Asked, show: Show) -> bool:
    """Show the receipt of each upload among ``files``; whether all are accepted.

    Raises:
        TunedropError: a file cannot be read.
    """
    accepted = True
    for upload in uploads(files):
        found = prepared(upload, asked, dict.fromkeys(_FILES, _Nowhere()))
        show(found)
        accepted = accepted and found.verdict == "accepted"
    return accepted


def prepare(files: Sequence[Path], out: Path, asked: Asked, show: Show) -> bool:
    """Write what an upload becomes into a folder, all of it or nothing; whether it is accepted.

    Of a rejected upload there are no splits, as in the cloud: nobody trains on them by mistake.

    Raises:
        TunedropError: a file cannot be read, or ``out`` holds something else.
    """
    first, *others = uploads(files)
    if others:
        raise TunedropError("Only one upload at a time can be prepared.", "Name one file, or train, validation, test.")
    with new_folder(out, _is_earlier) as folder:
        with ExitStack() as opened:
            sinks = {name: opened.enter_context((folder / file).open("wb")) for name, file in _FILES.items()}
            found = prepared(first, asked, sinks)
        (folder / _RECEIPT).write_text(found.model_dump_json(indent=2), encoding="utf-8")
        (folder / _READABLE).write_text(receipts.markdown(found), encoding="utf-8")
        accepted = found.verdict == "accepted"
        if not accepted:
            for name in splits.NAMES:
                (folder / _FILES[name]).unlink()
    show(found)
    errors.print(f"Written to {out}.", markup=False, highlight=False, soft_wrap=True)
    return accepted


def _is_earlier(folder: Path) -> bool:
    """Whether a folder holds what ``prepare`` has written, and nothing else."""
    ours = {*_FILES.values(), _RECEIPT, _READABLE}
    return (folder / _RECEIPT).is_file() and {file.name for file in folder.iterdir()} <= ours


def show(console: Console, found: Receipt, as_json: bool) -> None:
    """A receipt on stdout: for people, in a terminal laid out; or as JSON."""
    if as_json:
        print(found.model_dump_json(indent=2))
    elif console.is_terminal:
        from rich.markdown import Markdown

        console.print(Markdown(receipts.markdown(found)))
    else:
        print(receipts.markdown(found).rstrip())
