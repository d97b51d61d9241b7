"""``tunedrop runs``, ``status`` and ``score``."""

from rich.console import Console
from rich.table import Table

from cli.runs import artifacts, tables
from cli.runs.decisions import next_steps
from cli.runs.target import Target
from shared.core.errors import TunedropError
from shared.core.naming import is_project


def list_runs(console: Console, target: Target, project: str | None) -> None:
    """A line a run.

    Raises:
        HttpError: the app answered with an error, or not at all.
    """
    table = Table("run", "state", "upload", "created", box=None, header_style="dim", padding=(0, 2, 0, 0))
    for run in target.api.runs(project):
        state = f"{run.state} ({run.hold_reason})" if run.hold_reason else str(run.state)
        table.add_row(run.run_id, state, run.upload.name, f"{run.created:%Y-%m-%d %H:%M:%S}")
    console.print(table)


def show_status(console: Console, target: Target, name: str) -> None:
    """A run's receipt, timeline and next steps; for a failed run also its cause, its remedy and Azure's own message.

    Args:
        name: id of a run, or of a project: then its newest run.

    Raises:
        HttpError: there is no such run, or the app answered with another error, or not at all.
        NotFoundError: its receipt is not in its container.
    """
    newest = next(iter(target.api.runs(name)), None) if is_project(name) else None
    report = target.api.report(newest.run_id if newest else name)
    run = report.run
    console.print(f"{run.run_id}: [bold]{run.state}[/] (attempt {run.attempt})", highlight=False)
    if run.results.receipt is not None:
        console.print(tables.receipt_panel(artifacts.receipt(target.ports(), run)))
    console.print(tables.timeline_table(report))
    if run.results.error:
        console.print(run.results.error, style="red", markup=False, highlight=False)
    if run.results.failure:
        console.print(f"{run.results.failure}: {run.results.azure_message}", style="dim", markup=False, highlight=False)
    for step in next_steps(run):
        console.print(step, markup=False, highlight=False)


def show_answer(console: Console, target: Target, project: str, question: str, deployment: str | None) -> None:
    """What a project's model answers.

    Raises:
        TunedropError: the question is empty.
        HttpError: the project has no endpoint, or the app answered with another error, or not at all.
    """
    if not question.strip():
        raise TunedropError("The question is empty.", f'Ask one: tunedrop score {project} "..."')
    messages = [{"role": "user", "content": question}]
    console.print(target.api.ask(project, messages, deployment=deployment), markup=False, highlight=False)
