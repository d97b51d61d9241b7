"""What the small commands print."""

from rich.console import Console
from rich.table import Table

from cli.demo import sources, tables
from cli.demo.facts import Told
from cli.demo.questions import PARAMETERS
from cli.runs.decisions import next_steps
from cli.runs.target import Target
from shared.core.errors import NotFoundError
from shared.core.naming import is_project


def runs(console: Console, target: Target, project: str | None) -> None:
    """A line a run."""
    table = Table("run", "state", "upload", "began", box=None, header_style="dim", padding=(0, 2, 0, 0))
    for run in target.api.runs(project):
        state = f"{run.state} ({run.hold_reason})" if run.hold_reason else str(run.state)
        table.add_row(run.run_id, state, run.upload.name, f"{run.created:%Y-%m-%d %H:%M:%S}")
    console.print(table)


def status(console: Console, target: Target, name: str) -> None:
    """A run's receipt and timeline; of one that failed, cause and remedy, and Azure's own words."""
    newest = next(iter(target.api.runs(name)), None) if is_project(name) else None
    report = target.api.report(newest.run_id if newest else name)
    run = report.run
    console.print(f"{run.run_id}: [bold]{run.state}[/] (attempt {run.attempt})", highlight=False)
    if run.results.receipt is not None:
        console.print(tables.receipt_panel(sources.receipt(target.ports(), run)))
    console.print(tables.timeline_table(Told(run, report.timeline)))
    if run.results.error:
        console.print(run.results.error, style="red", markup=False, highlight=False)
    if run.results.failure:
        console.print(f"{run.results.failure}: {run.results.azure_message}", style="dim", markup=False, highlight=False)
    for step in next_steps(run):
        console.print(step, markup=False, highlight=False)


def answer(console: Console, target: Target, project: str, question: str, deployment: str | None) -> None:
    """What a project's model says."""
    if not question.strip():
        raise NotFoundError("There is no question.", 'Ask one: tunedrop score PROJECT "..."')
    messages = [{"role": "user", "content": question}]
    console.print(target.api.ask(project, messages, PARAMETERS, deployment), markup=False, highlight=False)
