"""``tunedrop import``: every split of a dataset, or a share of it, becomes a file of chat rows."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import orjson
from rich.console import Console

from cli import paths
from cli.data import datasets
from cli.data.convert import Tally, lines
from cli.data.files import new_folder
from cli.data.records import numbered
from cli.errors import stderr
from shared.core.errors import TunedropError

_ORIGIN: Final = "import.json"
"""Says what a folder was imported from."""
_NOT_IN_NAMES: Final = re.compile(r"[^\w.-]+")


def import_dataset(console: Console, dataset: str, subset: str | None, split_pc: float, out: Path | None) -> Path:
    """Write each split to a file of its name; the folder that they are in.

    Args:
        dataset: see ``datasets.splits``.
        subset: see ``datasets.splits``.
        split_pc: percent of each split's rows to take, chosen by a hash of their messages: not the first ones.
        out: where to; ``None``: a folder of the dataset's name.

    Raises:
        TunedropError: the dataset cannot be read, or has no row that can be taken.
    """
    folder = out or paths.HOME / "imports" / _NOT_IN_NAMES.sub("-", Path(dataset).resolve().name)
    with new_folder(folder, lambda path: (path / _ORIGIN).is_file()) as draft:
        splits = datasets.splits(dataset, subset)
        tallies = {name: Tally() for name in splits}
        for name, rows in splits.items():
            with (draft / f"{name}.jsonl").open("wb") as file:
                file.writelines(_counted(name, lines(numbered(rows), tallies[name], percent=split_pc)))
        if not any(tally.written for tally in tallies.values()):
            raise TunedropError(f"No row of '{dataset}' was imported.", _remedy(tallies))
        origin = {"dataset": dataset, "subset": subset, "split_pc": split_pc}
        (draft / _ORIGIN).write_bytes(orjson.dumps(origin, option=orjson.OPT_INDENT_2))
    for name, tally in tallies.items():
        text = "\n".join(tally.summary(folder / f"{name}.jsonl"))
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    return folder


def _remedy(tallies: Mapping[str, Tally]) -> str:
    problem = next((problem for tally in tallies.values() for problem in tally.problems), None)
    if problem is None:
        return "Take a larger share: --split-pc 100."
    return f"It holds no chat ({problem}): choose another dataset, or another table of it with --subset."


def _counted(name: str, rows: Iterator[bytes]) -> Iterator[bytes]:
    """The same rows, counted on a terminal's stderr as they pass."""
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}: {task.completed:,} rows"))
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
        yield from bar.track(rows, total=None, description=name)
