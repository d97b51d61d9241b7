"""Commands for data: prepare, convert, import and drop it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.explained import explained
from shared.errors import TunedropError

data = typer.Typer()
console = Console()

Project = Annotated[str, typer.Option(help="Folder under uploads/")]
Column = Annotated[str | None, typer.Option(help="Column of the table that holds this role's text")]


@data.command()
def convert(
    file: Annotated[Path, typer.Argument(help="ShareGPT, Alpaca, pairs, lists; JSON, JSONL, CSV, Parquet; .gz, .zst")],
    out: Annotated[Path | None, typer.Option(help="File to write; by default FILE with .jsonl")] = None,
    user: Column = None,
    assistant: Column = None,
    system: Column = None,
) -> None:
    """Turn a file of another shape into chat rows."""
    from cli.convert import convert as run
    from shared.data.convert import Columns

    with explained():
        if (user is None) != (assistant is None):
            raise TunedropError("A table needs a column for both sides.", "Name --user and --assistant.")
        run(console, file, out, Columns(user, assistant, system) if user and assistant else None)


@data.command()
def drop(path: Annotated[Path, typer.Argument(help="A JSONL file, or a folder of splits")], project: Project) -> None:
    """Upload a file, or a folder as one upload, to a project of the running stack."""
    from cli.drop import drop as run
    from cli.target import Target

    with explained():
        run(console, path, project, lambda: Target.find().ports())
