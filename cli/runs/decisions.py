"""``tunedrop approve``, ``cancel`` and ``retry``, and when they are of use."""

import getpass
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from shared.core.states import ENDS, RETRIED, State
from shared.models.run import Decided, Queue, Run

if TYPE_CHECKING:  # other commands do without its TLS
    from cli.runs.client import Api

RunId = Annotated[str, typer.Argument(help="Id of a run")]
By = Annotated[str | None, typer.Option(help="Who decides; you, if nobody is named")]


_WAITS_FOR: Final[Mapping[Queue, str]] = {
    "job": "its turn to train",
    "endpoint": "its turn to have an endpoint",
    "deploy_lock": "another run of its project to be done with the endpoint",
}


def next_steps(run: Run) -> Iterator[str]:
    """What the run waits for, and what a person may do next."""
    if run.state not in ENDS and run.hold_reason:
        yield f"Held: {run.hold_reason} Let it go on: tunedrop approve {run.run_id}"
    if run.queue:
        yield f"It waits for {_WAITS_FOR[run.queue]}."
    if run.state in RETRIED:
        yield f"Try it again: tunedrop retry {run.run_id}"
    if run.state is State.LIVE:
        yield f'Ask it: tunedrop score {run.project} "..."'


def decide(console: Console, api: "Api", run_id: str, what: Decided, by: str | None) -> None:
    """Decide about a run, and say where it stands."""
    run = api.decide(run_id, what, by or getpass.getuser())
    waiting = f", held: {run.hold_reason}" if run.hold_reason else ""
    console.print(
        f"{run.run_id}: {run.state} (attempt {run.attempt}{waiting}). Follow it: tunedrop status {run.run_id}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
