"""Shows the demo's events: live on a terminal, as plain lines elsewhere."""

import time
from dataclasses import asdict
from typing import Final, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.rule import Rule
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from cli.demo import results
from cli.demo.curve import draw
from cli.demo.events import (
    AnswersScored,
    DemoFinished,
    EndpointBilled,
    Event,
    Message,
    QuestionAnswered,
    ReceiptWritten,
    RunEnded,
    ServiceStarted,
    Stage,
    StageStarted,
    Waiting,
)
from cli.demo.questions import Answer
from cli.runs import tables
from cli.stack.azureml import TrainingProgress

STAGE_NOTES: Final = {
    Stage.STACK: "Azurite is Microsoft's emulator; the other services are stand-ins on loopback",
    Stage.UPLOAD: "real storage SDK and webhooks · Event Grid: stand-in",
    Stage.RECEIPT: "real: the app's own code",
    Stage.JOB: "real azure-ai-ml · Azure ML: stand-in",
    Stage.TRAINING: "real training of a small model on this CPU",
    Stage.ENDPOINT: "real REST calls · the endpoint is a local server process",
    Stage.QUESTIONS: "real answers of both models",
    Stage.LEASE: "real: the app's own reaper",
}
"""What is real in each stage, and what is a stand-in."""
_PLAIN_SECONDS: Final = 10.0
_CURVE: Final = (56, 6)
"""Columns and lines."""


class View(Protocol):
    """Shows events as they come."""

    def show(self, event: Event) -> None: ...

    def __enter__(self) -> "View": ...

    def __exit__(self, *error: object) -> None: ...


def view(console: Console) -> View:
    """The view that suits the console."""
    return LiveView(console) if console.is_terminal else PlainView(console)


class PlainView:
    """One line an event, with the seconds since the start; progress is shown at most every ten seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._quiet_until = 0.0

    def __enter__(self) -> "PlainView":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def show(self, event: Event) -> None:
        if isinstance(event, Waiting | TrainingProgress) and time.monotonic() < self._quiet_until:
            return
        for line in plain_lines(event):
            elapsed = time.monotonic() - self._began
            self._console.print(f"[{elapsed:5.0f} s] {line}", markup=False, highlight=False, soft_wrap=True)
        self._quiet_until = time.monotonic() + _PLAIN_SECONDS


class LiveView:
    """The stages at the bottom of the terminal; what is final scrolls by above them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._stage: Stage | None = None
        self._finished = False
        self._progress: RenderableType | None = None
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(
            get_renderable=self._render, console=console, refresh_per_second=8, transient=False, redirect_stderr=False
        )

    def __enter__(self) -> "LiveView":
        self._live.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress = None
        self._live.refresh()
        self._live.stop()

    def show(self, event: Event) -> None:
        self._progress = None
        match event:
            case StageStarted(stage):
                self._stage = stage
            case Message(text):
                self._print_line(text)
            case ServiceStarted():
                self._print_line(_service(event))
            case Waiting(text):
                self._progress = Text(text, style="dim")
            case TrainingProgress():
                self._progress = training_curve(event)
            case QuestionAnswered(answer, number, total):
                self._progress = Text(f"{number} of {total}: {answer.question} {answer.after}", style="dim")
            case _:
                self._print_result(event)
        self._live.refresh()

    def _print_result(self, event: Event) -> None:
        self._finished = isinstance(event, DemoFinished)
        self._live.console.print(renderable(event))

    def _print_line(self, text: str) -> None:
        assert self._stage is not None
        self._live.console.print(f"[dim]{self._elapsed()}[/]  {self._stage.value:10} {escape(text)}", highlight=False)

    def _elapsed(self) -> str:
        seconds = int(time.monotonic() - self._began)
        return f"{seconds // 60}:{seconds % 60:02}"

    def _render(self) -> RenderableType:
        rows = Table.grid(padding=(0, 2, 0, 0))
        for stage in Stage:
            mark, style = self._mark(stage)
            rows.add_row(mark, Text(stage.value, style=style), Text(STAGE_NOTES[stage], style="dim"))
        title = Rule(f"[bold]Tunedrop[/] · {self._elapsed()}", align="left", style="cyan")
        return Group(title, rows, self._progress or Text(""))

    def _mark(self, stage: Stage) -> tuple[RenderableType, str]:
        order = list(Stage)
        current = order.index(self._stage) if self._stage else -1
        if self._finished or order.index(stage) < current:
            return Text("✓", style="green"), "green"
        if stage is self._stage:
            return self._spinner, "bold cyan"
        return Text("○", style="dim"), "dim"


def renderable(event: Event) -> RenderableType:
    """A result as it is shown on a terminal."""
    match event:
        case ReceiptWritten(receipt):
            return tables.receipt_panel(receipt)
        case AnswersScored():
            return results.comparison_table(event)
        case RunEnded(report):
            return tables.timeline_table(report)
        case _:
            return Text("\n".join(plain_lines(event)))


def plain_lines(event: Event) -> list[str]:
    """An event in lines of text."""
    match event:
        case StageStarted(stage):
            return [f"== {stage.value} ({STAGE_NOTES[stage]})"]
        case Message(text):
            return [text]
        case Waiting(text):
            return [f"... {text}"]
        case ServiceStarted():
            return [_service(event)]
        case TrainingProgress():
            return [_progress(event)]
        case ReceiptWritten(receipt):
            return [*tables.receipt_summary(receipt).split("\n"), *tables.problem_lines(receipt)]
        case QuestionAnswered(answer, number, total):
            return [f"{number} of {total}: {answer.question}"]
        case _:
            return _closing_lines(event)


def _closing_lines(event: AnswersScored | RunEnded | EndpointBilled | DemoFinished) -> list[str]:
    match event:
        case AnswersScored(answers):
            return [*(line for answer in answers for line in _answer_lines(answer)), results.comparison_summary(event)]
        case RunEnded(report):
            return ["Timeline:", *tables.timeline_lines(report)]
        case EndpointBilled():
            return [results.bill_summary(event)]
        case DemoFinished(commands, seconds):
            return [f"Done in {seconds:.0f} s. Next:", *(f"  {command:50} {effect}" for command, effect in commands)]


def _answer_lines(answer: Answer) -> list[str]:
    texts = asdict(answer)
    return [f"{name + ':':10} {' '.join(text.split())}" for name, text in texts.items()]


def _service(event: ServiceStarted) -> str:
    return f"{event.name}: {event.description}; {event.address} ({event.seconds:.1f} s)"


def _progress(progress: TrainingProgress) -> str:
    loss = f", loss {progress.losses[-1][1]:.2f} at step {progress.losses[-1][0]:.0f}" if progress.losses else ""
    left = "" if progress.seconds_left is None else f", about {progress.seconds_left:.0f} s left"
    return f"{progress.step}: {progress.fraction:.0%}{loss}{left}"


def training_curve(progress: TrainingProgress) -> RenderableType:
    """The loss curve so far, and how far training is."""
    curve = Text("\n".join(draw(progress.losses, *_CURVE)), style="magenta")
    return Group(Text(f"training loss · {_progress(progress)}", style="dim"), curve)
