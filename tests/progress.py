"""A progress bar for long searches, on a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class Advance(Protocol):
    """Reports how many more are done."""

    def __call__(self, done: int = 1, /) -> None: ...


@contextmanager
def progress(what: str, total: float | None = None) -> Iterator[Advance]:
    """Show a bar for as long as the block lasts; without ``total``, only the number and the time."""
    count = "{task.completed:,.0f}" + (f" of {total:,.0f}" if total else "")
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn(count), TimeElapsedColumn())
    remaining = [TimeRemainingColumn()] if total else []
    with Progress(*columns, *remaining, transient=True, disable=not sys.stdout.isatty()) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done=1, /: bar.advance(task, done)
