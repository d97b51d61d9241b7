"""The demo's results as renderables, for terminals and for plain output alike."""

from datetime import timedelta
from typing import Final

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cli.demo.facts import Billed, Compared, Told
from shared.core.states import State
from shared.models.receipt import Problem, Receipt

PROBLEMS_SHOWN: Final = 20
"""Bad lines that are shown here."""


def receipt_summary(receipt: Receipt) -> str:
    """The receipt's figures, one paragraph."""
    text = (
        f"{receipt.verdict}: {receipt.accepted:,} of {receipt.lines:,} lines can be used"
        f" ({receipt.rejected:,} bad, {receipt.duplicates:,} duplicate, {receipt.blank:,} blank);"
        f" {receipt.train_rows:,} to train, {receipt.validation_rows:,} to validate, {receipt.test_rows:,} held out;"
        f" about {receipt.tokens:,} tokens."
    )
    if (cost := receipt.cost) is None:
        return text
    return (
        f"{text}\nOn Azure: about ${cost.training_usd:,.2f} to train ({cost.training_hours:.1f} h of"
        f" {cost.training_sku}) and ${cost.endpoint_usd_per_hour:,.2f} an hour while it is served"
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


def _place(problem: Problem) -> str:
    return f"{problem.file} line {problem.line}" if problem.file else f"line {problem.line}"


def _more(receipt: Receipt) -> list[str]:
    more = receipt.rejected - PROBLEMS_SHOWN
    return [f"and {more:,} more; the receipt's page groups them by what is wrong"] if more > 0 else []


def receipt_panel(receipt: Receipt) -> RenderableType:
    shown: list[RenderableType] = [Text(receipt_summary(receipt))]
    if receipt.problems:
        shown += ["", _problem_table(receipt), *map(Text, _more(receipt))]
    return Panel(Group(*shown), title=f"Receipt · {receipt.upload}", title_align="left", border_style="cyan")


def _problem_table(receipt: Receipt) -> Table:
    table = Table("line", "reason", "where", "what to do", box=None, header_style="dim", padding=(0, 2, 0, 0))
    for problem in receipt.problems[:PROBLEMS_SHOWN]:
        place = escape(_place(problem).removeprefix("line "))
        table.add_row(f"[bold]{place}[/]", f"[red]{problem.reason}[/]", escape(problem.path), escape(problem.hint))
    return table


def comparison_table(fact: Compared, most: int | None = None) -> RenderableType:
    """Each question (or the first ``most``) with its answers, under the scores of all."""
    table = Table("question", "before", "after", "reference", title_justify="left", show_lines=True)
    for answer in fact.answers[:most]:
        table.add_row(
            Text(answer.question), Text(answer.before, "dim"), Text(answer.after, "green"), Text(answer.reference)
        )
    table.title = comparison_summary(fact)
    return table


def comparison_summary(fact: Compared) -> str:
    """Both scores, one sentence."""
    count = len(fact.answers)
    return (
        f"chrF on {count} held-out question{'s' if count > 1 else ''}: {fact.before:.1f} before, {fact.after:.1f} after"
        f" ({fact.after - fact.before:+.1f} points)"
    )


def timeline_table(fact: Told) -> RenderableType:
    """When the run came to which state, and why."""
    table = Table("after", "state", "note", box=None, header_style="dim", padding=(0, 2, 0, 0))
    for after, state, note in _moments(fact):
        table.add_row(f"{after:.0f} s", f"[bold]{state}[/]", escape(note))
    return Panel(table, title="Timeline", title_align="left", border_style="cyan")


def timeline_lines(fact: Told) -> list[str]:
    """One line a state."""
    return [f"{after:6.0f} s  {state}  {note}" for after, state, note in _moments(fact)]


def _moments(fact: Told) -> list[tuple[float, State, str]]:
    """(seconds since the run was received, state, note); the record's beginning first."""
    began = fact.run.created
    first = (0.0, State.RECEIVED, f"{fact.run.upload.name} was dropped.")
    return [first, *(((entry.time - began).total_seconds(), entry.state, entry.note) for entry in fact.timeline)]


def bill_summary(fact: Billed) -> str:
    """The bill that was avoided, two sentences."""
    entry = fact.entry
    lived = timedelta(hours=entry.hours)
    return (
        f"The endpoint lived {lived.total_seconds():.0f} s; on Azure that would have cost ${entry.cost_usd:,.2f}"
        f" ({entry.instance_type}). Left running, it would cost ${entry.saved_usd_per_month:,.0f} a month."
    )
