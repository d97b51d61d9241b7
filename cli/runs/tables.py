"""A run's receipt and timeline as text, and laid out for a terminal."""

from datetime import timedelta
from typing import Final, NamedTuple

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from shared.api.runs import RunReport
from shared.core.states import State
from shared.models.receipt import Problem, Receipt

PROBLEMS_SHOWN: Final = 20
"""Bad lines that are listed one by one."""


def receipt_summary(receipt: Receipt) -> str:
    """The receipt's figures, one paragraph."""
    text = (
        f"{receipt.verdict}: {receipt.accepted:,} of {receipt.lines:,} lines are usable"
        f" ({receipt.rejected:,} bad, {receipt.duplicates:,} duplicate, {receipt.blank:,} blank);"
        f" {receipt.train_rows:,} to train, {receipt.validation_rows:,} to validate, {receipt.test_rows:,} held out;"
        f" about {receipt.tokens:,} tokens."
    )
    if (cost := receipt.cost) is None:
        return text
    return (
        f"{text}\nOn Azure: about ${cost.training_usd:,.2f} to train ({cost.training_hours:.1f} h of"
        f" {cost.training_sku}) and ${cost.endpoint_usd_per_hour:,.2f} an hour while the endpoint is up"
        f" ({cost.endpoint_sku}); list prices of {cost.priced_on}."
    )


def problem_lines(receipt: Receipt) -> list[str]:
    """The first bad lines: their number, what is wrong and what to do."""
    return [
        *(
            f"{_place(problem)}: {problem.reason} at {problem.path} (found {problem.detail}). {problem.hint}"
            for problem in receipt.problems[:PROBLEMS_SHOWN]
        ),
        *_more(receipt),
    ]


def receipt_panel(receipt: Receipt) -> RenderableType:
    """The figures and the first bad lines, in a frame."""
    parts: list[RenderableType] = [Text(receipt_summary(receipt))]
    if receipt.problems:
        parts += ["", _problem_table(receipt), *map(Text, _more(receipt))]
    return Panel(Group(*parts), title=f"Receipt · {receipt.upload}", title_align="left", border_style="cyan")


def timeline_lines(report: RunReport) -> list[str]:
    """One line a transition."""
    return [f"{row.after.total_seconds():6.0f} s  {row.state}  {row.note}" for row in _timeline(report)]


def timeline_table(report: RunReport) -> RenderableType:
    """When the run came to which state, and why, in a frame."""
    table = Table("after", "state", "note", box=None, header_style="dim", padding=(0, 2, 0, 0))
    for row in _timeline(report):
        table.add_row(f"{row.after.total_seconds():.0f} s", f"[bold]{row.state}[/]", escape(row.note))
    return Panel(table, title="Timeline", title_align="left", border_style="cyan")


class _TimelineRow(NamedTuple):
    after: timedelta
    """Since the run was created."""
    state: State
    note: str


def _timeline(report: RunReport) -> list[_TimelineRow]:
    created = report.run.created
    first = _TimelineRow(timedelta(), State.RECEIVED, f"{report.run.upload.name} was uploaded.")
    return [first, *(_TimelineRow(entry.time - created, entry.state, entry.note) for entry in report.timeline)]


def _problem_table(receipt: Receipt) -> Table:
    table = Table("line", "reason", "where", "what to do", box=None, header_style="dim", padding=(0, 2, 0, 0))
    for problem in receipt.problems[:PROBLEMS_SHOWN]:
        place = escape(_place(problem).removeprefix("line "))
        table.add_row(f"[bold]{place}[/]", f"[red]{problem.reason}[/]", escape(problem.path), escape(problem.hint))
    return table


def _place(problem: Problem) -> str:
    return f"{problem.file} line {problem.line}" if problem.file else f"line {problem.line}"


def _more(receipt: Receipt) -> list[str]:
    more = receipt.rejected - PROBLEMS_SHOWN
    return [f"and {more:,} more; the receipt's page groups them by reason"] if more > 0 else []
