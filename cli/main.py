"""The ``tunedrop`` command."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli import checks
from cli.data.commands import data
from cli.explained import Commands, explained
from cli.runs.decisions import By, RunId, decide
from cli.setup import steps
from cli.setup.view import set_up
from shared.models.run import Decided

app = typer.Typer(
    cls=Commands,
    help="Drop a chat JSONL; get a receipt, a fine-tuned model and a live endpoint.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(data)
console = Console()

Own = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Your own chat records (JSONL)")]
Picture = Annotated[Path | None, typer.Option(dir_okay=False, help="Draw the results to this SVG file")]


@app.command()
def setup() -> None:
    """Install what is not installed yet: Azurite, the training environment, the models."""
    with explained():
        set_up(steps.ALL, console)
        console.print("Everything is set up.")


@app.command()
def demo(data: Own = None, picture: Picture = None) -> None:
    """Drop a file and watch it become a live endpoint, on this machine."""
    from cli.demo.run import demo as run

    with explained():
        run(console, data, picture)


@app.command()
def up() -> None:
    """Start the stack and keep it up."""
    from cli.up import keep_up

    with explained():
        keep_up(console)


@app.command()
def runs(project: Annotated[str | None, typer.Option(help="Only this project's")] = None) -> None:
    """List what became of the uploads, newest first."""
    from cli.runs import show
    from cli.runs.target import Target

    with explained():
        show.runs(console, Target.find(), project)


@app.command()
def status(run: Annotated[str, typer.Argument(help="Id of a run, or of its project: then its newest run")]) -> None:
    """Show one run: receipt and timeline."""
    from cli.runs import show
    from cli.runs.target import Target

    with explained():
        show.status(console, Target.find(), run)


@app.command()
def approve(run: RunId, by: By = None) -> None:
    """Let a run that is held go on."""
    _decide(run, "approve", by)


@app.command()
def cancel(run: RunId, by: By = None) -> None:
    """Stop a run; a live one takes its endpoint with it."""
    _decide(run, "cancel", by)


@app.command()
def retry(run: RunId, by: By = None) -> None:
    """Try a run that failed or was cancelled again, from where nothing need be made twice."""
    _decide(run, "retry", by)


def _decide(run: str, what: Decided, by: str | None) -> None:
    from cli.runs.target import Target

    with explained():
        decide(console, Target.find().api, run, what, by)


@app.command()
def score(
    project: Annotated[str, typer.Argument(help="Name of the project")],
    question: Annotated[str, typer.Argument(help="What a user says")],
    deployment: Annotated[str | None, typer.Option(help="Ask this one, whatever its share")] = None,
) -> None:
    """Ask a project's model a question."""
    from cli.runs import show
    from cli.runs.target import Target

    with explained():
        show.answer(console, Target.find(), project, question, deployment)


@app.command()
def rebuild() -> None:
    """Recreate what the tables have lost, from Azure ML and from the copies in blobs; what is there stays as it is."""
    from cli.runs.rebuild import rebuilt
    from cli.runs.target import Target

    with explained():
        target = Target.find()
        rebuilt(console, target.ports())


@app.command()
def test() -> None:
    """Run every test."""
    with explained():
        set_up(steps.ALL, console)
        sys.exit(checks.test())


@app.command()
def lint() -> None:
    """Run the linter, the type checker and the import contracts."""
    sys.exit(checks.lint())


@app.command()
def bench() -> None:
    """Measure ratios against named peers and write benchmarks/results.json."""
    sys.exit(checks.bench())


@app.command()
def soak(
    part: Annotated[checks.Soak | None, typer.Argument(help="Only this")] = None,
    minutes: Annotated[float | None, typer.Option(help="Do less: each part for about so long")] = None,
    first: Annotated[int | None, typer.Option(help="Number of the first storm, to go on where one stopped")] = None,
) -> None:
    """Look for what tests have no time for; whole, this takes some hours.

    Parts are fuzz (uploads of nonsense, 10 minutes), pairs (every two faults in the life of one upload), storms
    (1,000,000 in the simulator), kills (of the host, 100) and burst (1,000 uploads at once, each told of three times).
    """
    sys.exit(checks.soak(part, minutes, first))


if __name__ == "__main__":
    app()
