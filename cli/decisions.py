"""``tunedrop approve``, ``cancel`` and ``retry``."""

import getpass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from shared.models.run import Decided

if TYPE_CHECKING:  # other commands do without its TLS
    from cli.client import Api

RunId = Annotated[str, typer.Argument(help="Id of a run")]
By = Annotated[str | None, typer.Option(help="Who decides; you, if nobody is named")]


def decide(console: Console, api: "Api", run_id: str, what: Decided, by: str | None) -> None:
    """Decide about a run, and say where it stands."""
    run = api.decide(run_id, what, by or getpass.getuser())
    waiting = f", held: {run.hold}" if run.hold else ""
    console.print(
        f"{run.run_id}: {run.state} (attempt {run.attempt}{waiting}). Follow it: tunedrop status {run.run_id}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
