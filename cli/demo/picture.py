"""Draws the demo's results to one SVG picture, for the README."""

import io
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.rule import Rule

from cli.demo import results
from cli.demo.events import (
    AnswersScored,
    DemoFinished,
    EndpointBilled,
    Event,
    Message,
    ReceiptWritten,
    RunEnded,
    ServiceStarted,
    StageStarted,
)
from cli.demo.view import STAGE_NOTES, View, renderable, training_curve
from cli.stack.azureml import TrainingProgress

_COLUMNS: Final = 130
_ANSWERS: Final = 4


class PictureView:
    """A view that passes every event on to another one and, at the end, draws those that a reader wants to see.

    Args:
        view: gets every event.
        path: SVG file to write; nothing is written for a demo that did not finish.
    """

    def __init__(self, view: View, path: Path) -> None:
        self._view = view
        self._path = path
        self._console = Console(record=True, file=io.StringIO(), width=_COLUMNS, force_terminal=True)
        self._curve: TrainingProgress | None = None

    def __enter__(self) -> "PictureView":
        self._view.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._view.__exit__(*error)

    def show(self, event: Event) -> None:
        """Pass an event on, and draw it."""
        self._view.show(event)
        match event:
            case StageStarted(stage):
                self._draw_curve()
                self._console.print(Rule(f"[bold cyan]{stage.value}[/] [dim]{STAGE_NOTES[stage]}[/]", align="left"))
            case TrainingProgress(losses=[_, *_]):
                self._curve = event
            case Message() | ServiceStarted() | ReceiptWritten() | RunEnded() | EndpointBilled():
                self._console.print(renderable(event))
            case AnswersScored():
                self._console.print(results.comparison_table(event, _ANSWERS))
            case DemoFinished():
                self._console.print(renderable(event))
                self._console.save_svg(str(self._path), title="make demo")

    def _draw_curve(self) -> None:
        if self._curve is not None:
            self._console.print(training_curve(self._curve))
            self._curve = None
