"""Commands for data: check, prepare, convert, import and drop it."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from cli.errors import report_errors
from shared.core.errors import TunedropError

data = typer.Typer(rich_markup_mode="markdown")
console = Console()

_LESSON_DATASET: Final = "HuggingFaceH4/ultrachat_200k"

Files = Annotated[list[Path], typer.Argument(help="JSONL files, plain or as .gz.")]
Out = Annotated[
    Path, typer.Option(help="Folder to write to: a new one, an empty one, or an earlier output.", metavar="FOLDER")
]
Config = Annotated[
    Path | None,
    typer.Option(help="Settings of the project.", show_default="the tunedrop.yaml beside the file", metavar="FILE"),
]
Tokenizer = Annotated[
    Path | None, typer.Option(help="A model's tokenizer.json, to count tokens exactly.", metavar="FILE")
]
Workers = Annotated[
    int,
    typer.Option(min=1, max=8, help="Number of processes for a large plain file. Two need half as much memory again."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the receipt as JSON.")]
Project = Annotated[str, typer.Option(help="Project to upload to.", metavar="NAME")]
User = Annotated[str | None, typer.Option(help="Column of a table that holds what the user says.", metavar="COLUMN")]
Assistant = Annotated[str | None, typer.Option(help="Column that holds what the assistant answers.", metavar="COLUMN")]
System = Annotated[str | None, typer.Option(help="Column that holds the system message.", metavar="COLUMN")]


@data.command()
def check(
    files: Files, config: Config = None, tokenizer: Tokenizer = None, workers: Workers = 1, json: Json = False
) -> None:
    """Say whether files would be accepted, which lines are bad, and how to fix them.

    Files named train, validation and test are one upload. Exit status: 0 accepted, 2 rejected, 1 could not be checked.
    """
    from cli.data import check as run
    from cli.data.uploads import Options

    with report_errors():
        options = Options(config, tokenizer, workers)
        accepted = run.check(files, options, lambda receipt: run.show(console, receipt, json))
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
    """Check a file, and write its training, validation, test and rejected rows and its receipt to a folder.

    Files named train, validation and test are one upload. Exit status: 0 accepted, 2 rejected, 1 could not be
    prepared; then nothing is written.
    """
    from cli.data import check as run
    from cli.data.uploads import Options

    with report_errors():
        options = Options(config, tokenizer, workers)
        accepted = run.prepare(files, out, options, lambda receipt: run.show(console, receipt, json))
        sys.exit(0 if accepted else 2)


@data.command()
def convert(
    file: Annotated[Path, typer.Argument(help="JSONL, JSON, CSV or Parquet; text also as .gz or .zst.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write.", show_default="FILE with the ending .jsonl", metavar="FILE")
    ] = None,
    user: User = None,
    assistant: Assistant = None,
    system: System = None,
) -> None:
    """Convert a file of another shape to chat rows.

    It recognises lists of turns (ShareGPT and similar formats, also one list per line), Alpaca, and pairs of texts such
    as prompt and completion. Other keys are kept. Records that cannot be converted are listed by line or row.
    """
    from cli.data.convert import convert as run
    from shared.data.reading.convert import Columns

    with report_errors():
        if (user is None) != (assistant is None):
            raise TunedropError("--user and --assistant must be given together.", "Add the one that is missing.")
        run(console, file, out, Columns(user, assistant, system) if user and assistant else None)


@data.command("import")
def import_(
    dataset: Annotated[
        str, typer.Argument(help="A dataset's name on the Hugging Face Hub, or a folder of tables.")
    ] = _LESSON_DATASET,
    subset: Annotated[str | None, typer.Option(help="One of the dataset's tables, if it has several.")] = None,
    split_pc: Annotated[
        float, typer.Option(min=0, max=100, help="Percent of each split to take, chosen by content.")
    ] = 5,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to.", show_default="one in .tunedrop/imports", metavar="FOLDER")
    ] = None,
    project: Annotated[str | None, typer.Option(help="Upload the splits to this project.", metavar="NAME")] = None,
) -> None:
    """Import every split of a dataset, or a share of it, as chat rows.

    Each split becomes a file with the split's name. With --project, the splits train, validation and test are uploaded.
    Where no split has exactly that name, the split with _sft at its end is used, else the only split whose name begins
    with it.
    """
    from cli.data import drop
    from cli.data.import_dataset import import_dataset
    from cli.runs.target import Target

    with report_errors():
        if project is None:
            import_dataset(console, dataset, subset, split_pc, out)
        else:
            drop.check_project(project)
            ports = Target.find().ports
            drop.drop(console, import_dataset(console, dataset, subset, split_pc, out), project, ports)


@data.command()
def drop(path: Annotated[Path, typer.Argument(help="A JSONL file, or a folder of splits.")], project: Project) -> None:
    """Upload a file, or a folder as one upload, to a project of the running app.

    From a folder, train.jsonl, validation.jsonl and test.jsonl are uploaded (or .jsonl.gz), then the empty file
    _READY, which closes the upload.
    """
    from cli.data import drop as run
    from cli.runs.target import Target

    with report_errors():
        run.drop(console, path, project, lambda: Target.find().ports())
