"""The ``tunedrop`` command."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli import checks, paths
from cli.data.commands import data
from cli.errors import CommandGroup, report_errors
from cli.runs.decisions import By, RunId, decide
from shared.models.run import Decided

app = typer.Typer(
    cls=CommandGroup,
    help="Drop a chat JSONL; get a receipt, a fine-tuned model and a live endpoint.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(data)
console = Console()

Own = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Use your own chat records (JSONL).", metavar="FILE")
]
OneProject = Annotated[str | None, typer.Option(help="List only the runs of this project.", metavar="NAME")]
Picture = Annotated[
    Path | None, typer.Option(dir_okay=False, help="Draw the results to this SVG file.", metavar="FILE")
]


@contextmanager
def _in_checkout(command: str, target: str | None = None) -> Iterator[None]:
    """For a command that works only in a checkout; ``target`` is make's target, if it has another name."""
    with report_errors():
        paths.require_checkout(command, target or command)
        yield


@app.command()
def setup() -> None:
    """Install Azurite, the training environment and the models, where they are missing or outdated."""
    with _in_checkout("setup"):
        from cli.setup import steps
        from cli.setup.view import set_up

        set_up(steps.ALL, console)
        console.print("Everything is set up.")


@app.command()
def demo(data: Own = None, picture: Picture = None) -> None:
    """Drop a file and watch it become a live endpoint, on this machine."""
    with _in_checkout("demo"):
        from cli.demo.run import demo as run

        run(console, data, picture)


@app.command()
def up() -> None:
    """Start the local stack and keep it running until Ctrl-C."""
    with _in_checkout("up"):
        from cli.stack.up import keep_up

        keep_up(console)


@app.command()
def runs(project: OneProject = None) -> None:
    """List the runs, newest first."""
    with report_errors():
        from cli.runs import show
        from cli.runs.target import Target

        show.list_runs(console, Target.find(), project)


@app.command()
def status(
    run: Annotated[str, typer.Argument(help="Id of a run, or name of a project to see its newest run.")],
) -> None:
    """Show the receipt and the timeline of a run, and what you can do next."""
    with report_errors():
        from cli.runs import show
        from cli.runs.target import Target

        show.show_status(console, Target.find(), run)


@app.command()
def approve(run: RunId, by: By = None) -> None:
    """Let a run that waits for approval continue."""
    _decide(run, "approve", by)


@app.command()
def cancel(run: RunId, by: By = None) -> None:
    """Stop a run. If it is live, its endpoint is deleted too."""
    _decide(run, "cancel", by)


@app.command()
def retry(run: RunId, by: By = None) -> None:
    """Start a new attempt of a run that failed or was cancelled; it reuses what is done."""
    _decide(run, "retry", by)


def _decide(run: str, what: Decided, by: str | None) -> None:
    with report_errors():
        from cli.runs.target import Target

        decide(console, Target.find().api, run, what, by)


@app.command()
def score(
    project: Annotated[str, typer.Argument(help="Name of the project.")],
    question: Annotated[str, typer.Argument(help="What the user says.")],
    deployment: Annotated[str | None, typer.Option(help="Ask this deployment, whatever its share of traffic.")] = None,
) -> None:
    """Ask a project's model a question."""
    with report_errors():
        from cli.runs import show
        from cli.runs.target import Target

        show.show_answer(console, Target.find(), project, question, deployment)


@app.command()
def rebuild() -> None:
    """Recreate lost table rows from Azure ML and from the copies in blobs. Existing rows stay as they are."""
    with report_errors():
        from cli.runs.rebuild import rebuild_tables
        from cli.runs.target import Target

        rebuild_tables(console, Target.find().ports())


@app.command()
def test(
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Run only the tests that this command leaves out otherwise.")
    ] = False,
) -> None:
    """Run tests of every suite, and print how long they take."""
    with _in_checkout("test"):
        from cli.setup import steps
        from cli.setup.view import set_up

        set_up(steps.ALL, console)
        sys.exit(checks.test(thorough))


@app.command()
def lint() -> None:
    """Run the linter, the type checker and the import contracts."""
    with _in_checkout("lint", "check"):
        sys.exit(checks.lint())


@app.command()
def bench() -> None:
    """Measure ratios against named peers, and write benchmarks/results.json."""
    with _in_checkout("bench"):
        sys.exit(checks.bench())


@app.command()
def soak(
    part: Annotated[checks.Soak | None, typer.Argument(help="Run only this part.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Limit each part to about this many minutes.")] = None,
    first: Annotated[int | None, typer.Option(help="Number of the first storm, to continue an earlier soak.")] = None,
) -> None:
    """Run the long tests: some hours for all parts.

    The parts are fuzz (nonsense uploads, for 10 minutes), pairs (every two faults in the life of one upload), storms
    (1,000,000 in the simulator), kills (100 of the Functions host) and burst (1,000 uploads at once, each reported
    three times).
    """
    with _in_checkout("soak"):
        sys.exit(checks.soak(part, minutes, first))


if __name__ == "__main__":
    app()
