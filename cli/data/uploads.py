"""Prepares local files with the code that prepares uploads, and returns the receipt of each upload."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from cli.data.files import pieces, readable
from cli.errors import stderr
from shared.core.naming import CONFIG_FILE
from shared.data.preparing import splits
from shared.data.preparing.line_processor import LineProcessor, ProcessLines
from shared.data.preparing.outputs import Sink
from shared.data.preparing.prepare import UploadFile, prepare
from shared.data.preparing.tokens import TokenCounter
from shared.data.receipt import receipt as receipts
from shared.data.settings.reader import read
from shared.models.config import ProjectConfig
from shared.models.receipt import Problem, Receipt
from shared.policy.limits import max_seq_length

LARGE: Final = 2**23
"""Bytes from which on worker processes pay off."""


class Upload(NamedTuple):
    """What would become one run: a file, or the splits of a folder."""

    name: str
    files: Mapping[Path, str | None]
    """In the order in which they are read, each with its split; ``None``: the file is to be split."""


@dataclass(frozen=True)
class Options:
    """How to prepare files."""

    config: Path | None = None
    """A ``tunedrop.yaml``; ``None``: the one beside the file, if there is one."""
    tokenizer: Path | None = None
    """A ``tokenizer.json`` that counts the tokens; ``None``: they are estimated."""
    workers: int = 1
    """Processes that read a large plain file; 1: this process alone."""


def group_uploads(files: Sequence[Path]) -> list[Upload]:
    """Files named train, validation and test are one upload together; any other file is an upload of its own.

    Raises:
        TunedropError: one of them cannot be read.
    """
    by_stem = {readable(file).name.partition(".")[0]: file for file in files}
    if len(by_stem) == len(files) > 1 and by_stem.keys() <= set(splits.NAMES):
        held_out_first = (name for name in reversed(splits.NAMES) if name in by_stem)
        return [Upload(", ".join(map(str, files)), {by_stem[name]: name for name in held_out_first})]
    return [Upload(str(file), {file: None}) for file in files]


def prepare_upload(upload: Upload, options: Options, sinks: Mapping[str, Sink]) -> Receipt:
    """Write the rows of an upload to ``sinks``; its receipt.

    Args:
        sinks: one for each split, and one for the rejected rows.

    Raises:
        TunedropError: the configuration or the tokenizer cannot be read.
    """
    size = sum(file.stat().st_size for file in upload.files)
    config = _config(upload, options.config)
    if not isinstance(config, ProjectConfig):
        return receipts.build_unread(config, upload.name, size)
    tokens = TokenCounter(readable(options.tokenizer), sample=None) if options.tokenizer else None
    *_, train = upload.files
    with _workers(upload, config, options) as process_lines, _progress_bar(train.name, size) as progress:
        figures = prepare(
            _upload_files(upload, process_lines),
            config,
            sinks,
            max_seq_length=max_seq_length(config, None),
            tokens=tokens,
            progress=progress,
            upload=str(train),
        )
    return receipts.build(figures, config, upload.name)


def _config(upload: Upload, config: Path | None) -> ProjectConfig | list[Problem]:
    beside = next(iter(upload.files)).parent / CONFIG_FILE
    file = config or (beside if beside.exists() else None)
    return read(readable(file).read_bytes() if file else None)


def _workers(upload: Upload, config: ProjectConfig, options: Options) -> AbstractContextManager[ProcessLines | None]:
    """Workers for one large plain file; no workers with a tokenizer, because one process has to see all rows."""
    file, *others = upload.files
    if options.workers == 1 or others or options.tokenizer or file.suffix == ".gz" or file.stat().st_size < LARGE:
        return nullcontext()
    from shared.data.preparing.workers import process_in_parallel

    return process_in_parallel(
        file, LineProcessor(config, TokenCounter(), max_seq_length(config, None)), options.workers
    )


def _upload_files(upload: Upload, process_lines: ProcessLines | None) -> Iterator[UploadFile]:
    for file, split in upload.files.items():
        yield UploadFile(pieces(file), file.name if split else None, file.suffix == ".gz", split, process_lines)


@contextmanager
def _progress_bar(name: str, size: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal's stderr; yields a function to call with the size of each piece in bytes."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    bar = Progress(*columns, TimeRemainingColumn(), console=stderr, transient=True, disable=not stderr.is_terminal)
    with bar:
        yield partial(bar.advance, bar.add_task(name, total=size))
