"""``tunedrop approve``, ``cancel`` and ``retry``, and when each can be used."""

import getpass
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from shared.core.states import ENDS, RETRIED, State
from shared.models.run import Decided, Queue, Run

if TYPE_CHECKING:  # it loads TLS, which `tunedrop check` does not need
    from cli.runs.client import Api

RunId = Annotated[str, typer.Argument(help="Id of a run.")]
By = Annotated[str | None, typer.Option(help="Who decides.", show_default="your user name", metavar="NAME")]

_WAITS_FOR: Final[Mapping[Queue, str]] = {
    "job": "a slot to train",
    "endpoint": "a slot for an endpoint",
    "deploy_lock": "another run of its project to finish with the endpoint",
}


def next_steps(run: Run) -> Iterator[str]:
    """What the run waits for, and what a person can do next."""
    if run.state not in ENDS and run.hold_reason:
        yield f"The run waits for approval: {run.hold_reason} Approve it: tunedrop approve {run.run_id}"
    if run.queue:
        yield f"The run waits for {_WAITS_FOR[run.queue]}."
    if run.state in RETRIED:
        yield f"Try again: tunedrop retry {run.run_id}"
    if run.state is State.LIVE:
        yield f'Ask its model: tunedrop score {run.project} "..."'


def decide(console: Console, api: "Api", run_id: str, what: Decided, by: str | None) -> None:
    """Approve, cancel or retry a run, and say what state it is in.

    Raises:
        HttpError: there is no such run, it cannot do that now, or the app does not answer.
    """
    run = api.decide(run_id, what, by or getpass.getuser())
    waiting = f", waits for approval: {run.hold_reason}" if run.hold_reason else ""
    console.print(
        f"{run.run_id}: {run.state} (attempt {run.attempt}{waiting}). Follow it: tunedrop status {run.run_id}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
