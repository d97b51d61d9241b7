"""The demo's results as one picture, for the README."""

import io
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.rule import Rule

from cli.demo import tables
from cli.demo.facts import Billed, Compared, Entered, Fact, Finished, PartUp, ReceiptRead, Said, Told, Training
from cli.demo.view import ROLES, View, final, training

_COLUMNS: Final = 130
_ANSWERS: Final = 4


class Pictured:
    """A view that passes every fact on and, at the end, draws those that a reader wants to see.

    Args:
        shown: the view beneath.
        path: SVG file to write; nothing is written for a demo that did not finish.
    """

    def __init__(self, shown: View, path: Path) -> None:
        self._shown = shown
        self._path = path
        self._console = Console(record=True, file=io.StringIO(), width=_COLUMNS, force_terminal=True)
        self._curve: Training | None = None

    def __enter__(self) -> "Pictured":
        self._shown.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._shown.__exit__(*error)

    def show(self, fact: Fact) -> None:
        """Pass a fact on, and draw it."""
        self._shown.show(fact)
        match fact:
            case Entered(station):
                self._draw_curve()
                self._console.print(Rule(f"[bold cyan]{station.value}[/] [dim]{ROLES[station]}[/]", align="left"))
            case Training(losses=[_, *_]):
                self._curve = fact
            case Said() | PartUp() | ReceiptRead() | Told() | Billed():
                self._console.print(final(fact))
            case Compared():
                self._console.print(tables.comparison_table(fact, _ANSWERS))
            case Finished():
                self._console.print(final(fact))
                self._console.save_svg(str(self._path), title="make demo")

    def _draw_curve(self) -> None:
        if self._curve is not None:
            self._console.print(training(self._curve))
            self._curve = None
