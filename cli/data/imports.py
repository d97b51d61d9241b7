"""``tunedrop import``: every split of a dataset becomes a file of chat rows, or a share of it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import orjson
from rich.console import Console

from cli import paths
from cli.data import datasets
from cli.data.convert import Written, lines, told
from cli.data.records import numbered
from cli.explained import errors
from cli.files import new_folder
from shared.core.errors import TunedropError

_ORIGIN: Final = "import.json"
"""Says what a folder was imported from."""
_UNNAMED: Final = re.compile(r"[^\w.-]+")


def bring_in(console: Console, dataset: str, subset: str | None, split_pc: float, out: Path | None) -> Path:
    """Write each split to a file of its name; the folder that they are in.

    Args:
        dataset: see ``tables.splits``.
        split_pc: percent of each split's rows to take, chosen by a hash of their messages: not the first ones.
        out: where to; by default a folder of the dataset's name.

    Raises:
        TunedropError: it cannot be read, or none of its rows was taken.
    """
    folder = out or paths.HOME / "imports" / _UNNAMED.sub("-", Path(dataset).resolve().name)
    with new_folder(folder, lambda path: (path / _ORIGIN).is_file()) as written:
        splits = datasets.splits(dataset, subset)
        found = {name: Written() for name in splits}
        for name, rows in splits.items():
            with (written / f"{name}.jsonl").open("wb") as file:
                file.writelines(_counted(name, lines(numbered(rows), found[name], percent=split_pc)))
        if not any(each.rows for each in found.values()):
            raise TunedropError(f"No row of '{dataset}' was taken.", _remedy(found))
        origin = {"dataset": dataset, "subset": subset, "split_pc": split_pc}
        (written / _ORIGIN).write_bytes(orjson.dumps(origin, option=orjson.OPT_INDENT_2))
    for name, each in found.items():
        text = "\n".join(told(folder / f"{name}.jsonl", each))
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    return folder


def _remedy(found: dict[str, Written]) -> str:
    problem = next((problem for each in found.values() for problem in each.problems), None)
    return f"It holds no chat: {problem}." if problem else "Take a larger share: --split-pc 100."


def _counted(name: str, rows: Iterator[bytes]) -> Iterator[bytes]:
    """Rows, counted on a terminal's stderr on their way."""
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}: {task.completed:,} rows"))
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        yield from bar.track(rows, total=None, description=name)
