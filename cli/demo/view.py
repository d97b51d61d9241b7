"""How the story is shown: live on a terminal, as plain lines elsewhere."""

import time
from typing import Final, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.rule import Rule
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from cli.demo import tables
from cli.demo.curve import draw
from cli.demo.facts import (
    Answered,
    Billed,
    Compared,
    Entered,
    Fact,
    Finished,
    PartUp,
    ReceiptRead,
    Said,
    Station,
    Told,
    Training,
    Waiting,
)

ROLES: Final = {
    Station.STACK: "Azurite is Microsoft's emulator; the other parts are stand-ins on loopback",
    Station.UPLOAD: "real storage SDK and webhooks · Event Grid: stand-in",
    Station.RECEIPT: "real: the app's own code",
    Station.JOB: "real azure-ai-ml · Azure ML: stand-in",
    Station.TRAINING: "real training of a small model on this CPU",
    Station.ENDPOINT: "real REST calls · the endpoint is a local server process",
    Station.QUESTIONS: "real answers of both models",
    Station.LEASE: "real: the app's own reaper",
}
_PLAIN_SECONDS: Final = 10.0
_CURVE: Final = (56, 6)


class View(Protocol):
    """Shows facts as they come."""

    def show(self, fact: Fact) -> None: ...

    def __enter__(self) -> "View": ...

    def __exit__(self, *error: object) -> None: ...


def view(console: Console) -> View:
    """The view that suits the console."""
    return LiveView(console) if console.is_terminal else PlainView(console)


class PlainView:
    """One line a fact, with the seconds since the start; what only changes is told every ten seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._quiet_until = 0.0

    def __enter__(self) -> "PlainView":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def show(self, fact: Fact) -> None:
        if isinstance(fact, Waiting | Training) and time.monotonic() < self._quiet_until:
            return
        for line in plain_lines(fact):
            elapsed = time.monotonic() - self._began
            self._console.print(f"[{elapsed:5.0f} s] {line}", markup=False, highlight=False, soft_wrap=True)
        self._quiet_until = time.monotonic() + _PLAIN_SECONDS


class LiveView:
    """The path as stations at the bottom of the terminal; what is final scrolls by above it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._station: Station | None = None
        self._finished = False
        self._details: dict[Station, str] = {}
        self._now: RenderableType | None = None
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(
            get_renderable=self._render, console=console, refresh_per_second=8, transient=False, redirect_stderr=False
        )

    def __enter__(self) -> "LiveView":
        self._live.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._now = None
        self._live.refresh()
        self._live.stop()

    def show(self, fact: Fact) -> None:
        self._now = None
        match fact:
            case Entered(station):
                self._station = station
            case Said(text):
                self._tell(text)
            case PartUp():
                self._tell(_part(fact))
            case Waiting(text):
                self._now = Text(text, style="dim")
            case Training():
                self._now = training(fact)
            case Answered(answer, number, of):
                self._now = Text(f"{number} of {of}: {answer.question} {answer.after}", style="dim")
            case _:
                self._print(fact)
        self._live.refresh()

    def _print(self, fact: Fact) -> None:
        self._finished = isinstance(fact, Finished)
        self._live.console.print(final(fact))

    def _tell(self, text: str) -> None:
        assert self._station is not None
        self._details[self._station] = text
        self._live.console.print(f"[dim]{self._elapsed()}[/]  {self._station.value:10} {escape(text)}", highlight=False)

    def _elapsed(self) -> str:
        seconds = int(time.monotonic() - self._began)
        return f"{seconds // 60}:{seconds % 60:02}"

    def _render(self) -> RenderableType:
        rows = Table.grid(padding=(0, 2, 0, 0))
        for station in Station:
            mark, style = self._mark(station)
            rows.add_row(mark, Text(station.value, style=style), Text(ROLES[station], style="dim"))
        title = Rule(f"[bold]Tunedrop[/] · {self._elapsed()}", align="left", style="cyan")
        return Group(title, rows, self._now or Text(""))

    def _mark(self, station: Station) -> tuple[RenderableType, str]:
        order = list(Station)
        here = order.index(self._station) if self._station else -1
        if self._finished or order.index(station) < here:
            return Text("✓", style="green"), "green"
        if station is self._station:
            return self._spinner, "bold cyan"
        return Text("○", style="dim"), "dim"


def final(fact: Fact) -> RenderableType:
    """A result, as it is shown on a terminal."""
    match fact:
        case ReceiptRead(receipt):
            return tables.receipt_panel(receipt)
        case Compared():
            return tables.comparison_table(fact)
        case Told():
            return tables.timeline_table(fact)
        case _:
            return Text("\n".join(plain_lines(fact)))


def plain_lines(fact: Fact) -> list[str]:
    """A fact in lines of text."""
    match fact:
        case Entered(station):
            return [f"== {station.value} ({ROLES[station]})"]
        case Said(text):
            return [text]
        case Waiting(text):
            return [f"... {text}"]
        case PartUp():
            return [_part(fact)]
        case Training():
            return [_progress(fact)]
        case ReceiptRead(receipt):
            return [*tables.receipt_summary(receipt).split("\n"), *tables.problem_lines(receipt)]
        case Answered(answer, number, of):
            return [f"{number} of {of}: {answer.question}"]
        case _:
            return _closing_lines(fact)


def _closing_lines(fact: Fact) -> list[str]:
    match fact:
        case Compared(answers):
            told = [line for answer in answers for line in _answer_lines(answer.__dict__)]
            return [*told, tables.comparison_summary(fact)]
        case Told():
            return ["Timeline:", *tables.timeline_lines(fact)]
        case Billed():
            return [tables.bill_summary(fact)]
        case Finished(commands, seconds):
            return [f"Done in {seconds:.0f} s. Next:", *(f"  {command:48} {why}" for command, why in commands)]
        case _:
            raise TypeError(f"not a fact: {fact!r}")


def _answer_lines(answer: dict[str, str]) -> list[str]:
    return [f"{name + ':':10} {' '.join(text.split())}" for name, text in answer.items()]


def _part(fact: PartUp) -> str:
    return f"{fact.name}: {fact.role}; {fact.address} ({fact.seconds:.1f} s)"


def _progress(fact: Training) -> str:
    loss = f", loss {fact.losses[-1][1]:.2f} at step {fact.losses[-1][0]:.0f}" if fact.losses else ""
    left = "" if fact.seconds_left is None else f", about {fact.seconds_left:.0f} s left"
    return f"{fact.step}: {fact.fraction:.0%}{loss}{left}"


def training(fact: Training) -> RenderableType:
    """The loss curve so far, and how far training is."""
    curve = Text("\n".join(draw(fact.losses, *_CURVE)), style="magenta")
    return Group(Text(f"training loss · {_progress(fact)}", style="dim"), curve)
