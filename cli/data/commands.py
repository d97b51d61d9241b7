"""Commands for data: prepare, convert, import and drop it."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from cli.explained import explained
from shared.core.errors import TunedropError

data = typer.Typer()
console = Console()

_LESSONS: Final = "HuggingFaceH4/ultrachat_200k"

Files = Annotated[list[Path], typer.Argument(help="JSONL, also packed as .gz")]
Out = Annotated[Path, typer.Option(help="Folder to write to: empty, not there yet, or an earlier output")]
Config = Annotated[Path | None, typer.Option(help="Settings; by default the tunedrop.yaml beside FILE, if any")]
Tokenizer = Annotated[Path | None, typer.Option(help="A model's tokenizer.json: counts tokens exactly")]
Workers = Annotated[
    int, typer.Option(min=1, max=8, help="Processes that examine a large plain file; 2 need half as much memory again")
]
Json = Annotated[bool, typer.Option("--json", help="Print the receipt as JSON")]
Project = Annotated[str, typer.Option(help="Folder under uploads/")]
User = Annotated[str | None, typer.Option(help="Column of a table that holds what the user says")]
Assistant = Annotated[str | None, typer.Option(help="Column that holds what the assistant answers")]
System = Annotated[str | None, typer.Option(help="Column that holds the system message, if any")]


@data.command()
def check(
    files: Files, config: Config = None, tokenizer: Tokenizer = None, workers: Workers = 1, json: Json = False
) -> None:
    """Say what would become of files: what is wrong with which line, and what to do about it.

    Exit status: 0 accepted, 2 rejected, 1 not checked. Files named train, validation and test are one upload.
    """
    from cli.data import check as run
    from cli.data.uploads import Asked

    with explained():
        asked = Asked(config, tokenizer, workers)
        accepted = run.check(files, asked, lambda found: run.show(console, found, json))
        sys.exit(0 if accepted else 2)


@data.command()
def prepare(
    files: Files,
    out: Out,
    config: Config = None,
    tokenizer: Tokenizer = None,
    workers: Workers = 1,
    json: Json = False,
) -> None:
    """Check a file and write what it becomes: train, validation, test and rejected rows, and the receipt.

    Exit status: 0 accepted, 2 rejected, 1 not prepared; then nothing is written.
    """
    from cli.data import check as run
    from cli.data.uploads import Asked

    with explained():
        asked = Asked(config, tokenizer, workers)
        accepted = run.prepare(files, out, asked, lambda found: run.show(console, found, json))
        sys.exit(0 if accepted else 2)


@data.command()
def convert(
    file: Annotated[
        Path, typer.Argument(help="ShareGPT, Alpaca, pairs, lists; as JSONL, JSON, CSV, Parquet, .gz, .zst")
    ],
    out: Annotated[Path | None, typer.Option(help="File to write; by default FILE with the ending .jsonl")] = None,
    user: User = None,
    assistant: Assistant = None,
    system: System = None,
) -> None:
    """Turn a file of another shape into chat rows.

    Known are lists of turns (ShareGPT's and others, also one a line), Alpaca, and pairs of texts by the names that
    are usual for them. Other keys are kept. What could not be converted is told by its line or row.
    """
    from cli.data.convert import convert as run
    from shared.data.reading.convert import Columns

    with explained():
        if (user is None) != (assistant is None):
            raise TunedropError("A table needs a column for both sides.", "Name --user and --assistant.")
        run(console, file, out, Columns(user, assistant, system) if user and assistant else None)


@data.command("import")
def import_(
    dataset: Annotated[str, typer.Argument(help="A name on the Hugging Face Hub, or a folder of tables")] = _LESSONS,
    subset: Annotated[str | None, typer.Option(help="One of a dataset's tables, where it has several")] = None,
    split_pc: Annotated[float, typer.Option(min=0, max=100, help="Percent of each split, chosen by content")] = 5,
    out: Annotated[Path | None, typer.Option(help="Folder to write to; by default below .tunedrop/imports")] = None,
    project: Annotated[str | None, typer.Option(help="Drop the splits into this project")] = None,
) -> None:
    """Bring in every split of a dataset, or a share of it, as chat rows.

    Each split becomes a file of its name. Into a project go train, validation and test: the splits that are named
    so, else those with _sft behind it, else the only one that begins so.
    """
    from cli.data import drop
    from cli.data.imports import bring_in
    from cli.runs.target import Target

    with explained():
        if project is None:
            bring_in(console, dataset, subset, split_pc, out)
        else:
            drop.check_project(project)
            ports = Target.find().ports
            drop.drop(console, bring_in(console, dataset, subset, split_pc, out), project, ports)


@data.command()
def drop(path: Annotated[Path, typer.Argument(help="A JSONL file, or a folder of splits")], project: Project) -> None:
    """Upload a file, or a folder as one upload, to a project of the running stack.

    Of a folder go train.jsonl, validation.jsonl and test.jsonl (or .jsonl.gz), and last the empty _READY.
    """
    from cli.data import drop as run
    from cli.runs.target import Target

    with explained():
        run.drop(console, path, project, lambda: Target.find().ports())
