"""``tunedrop check`` and ``tunedrop prepare``."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from rich.console import Console

from cli.data.files import new_folder
from cli.data.uploads import Options, group_uploads, prepare_upload
from cli.errors import stderr
from shared.core.errors import TunedropError
from shared.data.preparing import splits
from shared.data.preparing.prepare import REJECTED
from shared.data.receipt import receipt as receipts
from shared.models.receipt import Receipt

_FILES: Final = {name: f"{name}.jsonl" for name in (*splits.NAMES, REJECTED)}
_RECEIPT: Final = "receipt.json"
_READABLE: Final = "receipt.md"

Show = Callable[[Receipt], None]


class _NullSink:
    """Discards what is written."""

    def write(self, data: bytes, /) -> None:
        pass


def check(files: Sequence[Path], options: Options, show: Show) -> bool:
    """Show the receipt of each upload among ``files``; whether all are accepted.

    Raises:
        TunedropError: a file cannot be read.
    """
    accepted = True
    for upload in group_uploads(files):
        receipt = prepare_upload(upload, options, dict.fromkeys(_FILES, _NullSink()))
        show(receipt)
        accepted = accepted and receipt.verdict == "accepted"
    return accepted


def prepare(files: Sequence[Path], out: Path, options: Options, show: Show) -> bool:
    """Write the splits, rejected rows and receipt of an upload into a folder, all or nothing; whether it is accepted.

    A rejected upload has no splits, as in the cloud, so that nobody trains on them by mistake.

    Raises:
        TunedropError: a file cannot be read, or ``out`` holds something else.
    """
    first, *others = group_uploads(files)
    if others:
        raise TunedropError(
            "Only one upload can be prepared at a time.",
            "Name one file, or files named train.jsonl, validation.jsonl and test.jsonl.",
        )
    with new_folder(out, _is_output) as folder:
        with ExitStack() as opened:
            sinks = {name: opened.enter_context((folder / file).open("wb")) for name, file in _FILES.items()}
            receipt = prepare_upload(first, options, sinks)
        (folder / _RECEIPT).write_text(receipt.model_dump_json(indent=2), encoding="utf-8")
        (folder / _READABLE).write_text(receipts.markdown(receipt), encoding="utf-8")
        accepted = receipt.verdict == "accepted"
        if not accepted:
            for name in splits.NAMES:
                (folder / _FILES[name]).unlink()
    show(receipt)
    stderr.print(f"Written to {out}.", markup=False, highlight=False, soft_wrap=True)
    return accepted


def _is_output(folder: Path) -> bool:
    """Whether a folder holds an output of ``prepare``, and nothing else."""
    ours = {*_FILES.values(), _RECEIPT, _READABLE}
    return (folder / _RECEIPT).is_file() and {file.name for file in folder.iterdir()} <= ours


def show(console: Console, receipt: Receipt, as_json: bool) -> None:
    """A receipt on stdout: as JSON, or as Markdown, which a terminal shows laid out."""
    if as_json:
        print(receipt.model_dump_json(indent=2))
    elif console.is_terminal:
        from rich.markdown import Markdown

        console.print(Markdown(receipts.markdown(receipt)))
    else:
        print(receipts.markdown(receipt).rstrip())
