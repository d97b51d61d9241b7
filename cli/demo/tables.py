"""The demo's results as renderables, for terminals and for plain output alike."""

from datetime import timedelta

from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table

from cli.demo.facts import Billed, Compared, Told
from shared.models.receipt import Receipt


def receipt_summary(receipt: Receipt) -> str:
    """The receipt's figures, one paragraph."""
    text = (
        f"{receipt.verdict}: {receipt.accepted} of {receipt.lines} lines can be used"
        f" ({receipt.rejected} bad, {receipt.duplicates} duplicate, {receipt.blank} blank);"
        f" {receipt.train_rows} to train, {receipt.validation_rows} to validate, {receipt.test_rows} held out;"
        f" about {receipt.tokens} tokens."
    )
    if (cost := receipt.cost) is None:
        return text
    return (
        f"{text}\nOn Azure: about ${cost.training_usd:,.2f} to train ({cost.training_hours:.1f} h of"
        f" {cost.training_sku}) and ${cost.endpoint_usd_per_hour:,.2f} an hour while it is served"
        f" ({cost.endpoint_sku}); list prices of {cost.priced_on}."
    )


def problem_lines(receipt: Receipt) -> list[str]:
    """Each bad line: its number, what is wrong and what to do."""
    return [
        f"line {problem.line}: {problem.reason} at {problem.path} (found {problem.found}). {problem.hint}"
        for problem in receipt.problems
    ]


def receipt_panel(receipt: Receipt) -> RenderableType:
    table = Table("line", "reason", "where", "what to do", box=None, header_style="dim", padding=(0, 2, 0, 0))
    for problem in receipt.problems:
        table.add_row(f"[bold]{problem.line}[/]", f"[red]{problem.reason}[/]", problem.path, problem.hint)
    grid = Table.grid()
    grid.add_row(receipt_summary(receipt))
    grid.add_row("")
    grid.add_row(table)
    return Panel(grid, title=f"Receipt · {receipt.upload}", title_align="left", border_style="cyan")


def comparison_table(fact: Compared) -> RenderableType:
    table = Table("question", "before", "after", "reference", title_justify="left", show_lines=True)
    for answer in fact.answers:
        table.add_row(answer.question, f"[dim]{answer.before}[/]", f"[green]{answer.after}[/]", answer.reference)
    table.title = comparison_summary(fact)
    return table


def comparison_summary(fact: Compared) -> str:
    """Both scores, one sentence."""
    return (
        f"chrF on {len(fact.answers)} held-out questions: {fact.before:.1f} before, {fact.after:.1f} after"
        f" ({fact.after - fact.before:+.1f} points)"
    )


def timeline_table(fact: Told) -> RenderableType:
    table = Table("after", "state", "attempt", "note", box=None, header_style="dim", padding=(0, 2, 0, 0))
    for after, entry in zip(_after(fact), fact.timeline, strict=True):
        table.add_row(f"{after:.0f} s", f"[bold]{entry.state}[/]", str(entry.attempt), entry.note)
    return Panel(table, title="Timeline", title_align="left", border_style="cyan")


def timeline_lines(fact: Told) -> list[str]:
    """One line a transition."""
    return [
        f"{after:6.0f} s  {entry.state}  {entry.note}" for after, entry in zip(_after(fact), fact.timeline, strict=True)
    ]


def bill_summary(fact: Billed) -> str:
    """The bill that was avoided, two sentences."""
    entry = fact.entry
    lived = timedelta(hours=entry.hours)
    return (
        f"The endpoint lived {lived.total_seconds():.0f} s; on Azure that would have cost ${entry.cost_usd:,.2f}"
        f" ({entry.instance_type}). Left running, it would cost ${entry.saved_usd_per_month:,.0f} a month."
    )


def _after(fact: Told) -> list[float]:
    return [(entry.time - fact.timeline[0].time).total_seconds() for entry in fact.timeline]
