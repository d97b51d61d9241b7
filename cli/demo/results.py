"""The demo's results as text, and laid out for a terminal."""

from datetime import timedelta

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cli.demo.events import AnswersScored, EndpointBilled


def comparison_table(event: AnswersScored, limit: int | None = None) -> RenderableType:
    """Each question (or the first ``limit``) with its answers, under the scores of all."""
    table = Table("question", "before", "after", "reference", title_justify="left", show_lines=True)
    for answer in event.answers[:limit]:
        table.add_row(
            Text(answer.question), Text(answer.before, "dim"), Text(answer.after, "green"), Text(answer.reference)
        )
    table.title = comparison_summary(event)
    return table


def comparison_summary(event: AnswersScored) -> str:
    """Both scores, one sentence."""
    count = len(event.answers)
    return (
        f"chrF on {count} held-out question{'s' if count > 1 else ''}:"
        f" {event.before:.1f} before, {event.after:.1f} after ({event.after - event.before:+.1f} points)"
    )


def bill_summary(event: EndpointBilled) -> str:
    """What the endpoint would have cost on Azure, and what its deletion saves, two sentences."""
    entry = event.entry
    lifetime = timedelta(hours=entry.hours)
    return (
        f"The endpoint was up for {lifetime.total_seconds():.0f} s; on Azure that would have cost"
        f" ${entry.cost_usd:,.2f} ({entry.instance_type}). Left running, it would cost"
        f" ${entry.saved_usd_per_month:,.0f} a month."
    )
