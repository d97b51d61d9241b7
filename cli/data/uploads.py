"""Local files, prepared by the code that prepares uploads, and the receipt of each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from cli.explained import errors
from cli.files import pieces, readable
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
"""Bytes from which on workers are of use."""


class Upload(NamedTuple):
    """What would become one run: a file, or the splits of a folder."""

    name: str
    files: Mapping[Path, str | None]
    """In the order in which they are read, each with the split that it is."""


@dataclass(frozen=True)
class Asked:
    """How files are to be prepared."""

    config: Path | None = None
    """A ``tunedrop.yaml``; ``None``: the one beside the file, if there is one."""
    tokenizer: Path | None = None
    """A ``tokenizer.json`` that counts the tokens; ``None``: they are estimated."""
    workers: int = 1
    """Processes that examine a large plain file; 1: this one alone."""


def uploads(files: Sequence[Path]) -> list[Upload]:
    """Files named train, validation and test are one upload together; any others are one each.

    Raises:
        TunedropError: one of them cannot be read.
    """
    named = {readable(file).name.partition(".")[0]: file for file in files}
    if len(named) == len(files) > 1 and named.keys() <= set(splits.NAMES):
        held_out_first = (name for name in reversed(splits.NAMES) if name in named)
        return [Upload(", ".join(map(str, files)), {named[name]: name for name in held_out_first})]
    return [Upload(str(file), {file: None}) for file in files]


def prepared(upload: Upload, asked: Asked, sinks: Mapping[str, Sink]) -> Receipt:
    """The receipt of an upload whose rows have gone into ``sinks``: one for each split, one for what is rejected.

    Raises:
        TunedropError: the configuration or the tokenizer cannot be read.
    """
    size = sum(file.stat().st_size for file in upload.files)
    config = _settings(upload, asked.config)
    if not isinstance(config, ProjectConfig):
        return receipts.build_unread(config, upload.name, size)
    tokens = TokenCounter(readable(asked.tokenizer), sample=None) if asked.tokenizer else None
    *_, train = upload.files
    with _examining(upload, config, asked) as examine, _reading(train.name, size) as progress:
        figures = prepare(
            _parts(upload, examine),
            config,
            sinks,
            max_seq_length=max_seq_length(config, None),
            tokens=tokens,
            progress=progress,
            upload=str(train),
        )
    return receipts.build(figures, config, upload.name)


def _settings(upload: Upload, config: Path | None) -> ProjectConfig | list[Problem]:
    beside = next(iter(upload.files)).parent / CONFIG_FILE
    file = config or (beside if beside.exists() else None)
    return read(readable(file).read_bytes() if file else None)


def _examining(upload: Upload, config: ProjectConfig, asked: Asked) -> AbstractContextManager[ProcessLines | None]:
    """Workers for one large plain file; where a tokenizer counts, one process has to see all rows."""
    file, *others = upload.files
    if asked.workers == 1 or others or asked.tokenizer or file.suffix == ".gz" or file.stat().st_size < LARGE:
        return nullcontext()
    from shared.data.preparing.workers import process_in_parallel

    return process_in_parallel(file, LineProcessor(config, TokenCounter(), max_seq_length(config, None)), asked.workers)


def _parts(upload: Upload, examine: ProcessLines | None) -> Iterator[UploadFile]:
    for file, split in upload.files.items():
        yield UploadFile(pieces(file), file.name if split else None, file.suffix == ".gz", split, examine)


@contextmanager
def _reading(name: str, size: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal's stderr; yields what is to be told the size of each piece."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    bar = Progress(*columns, TimeRemainingColumn(), console=errors, transient=True, disable=not errors.is_terminal)
    with bar:
        yield partial(bar.advance, bar.add_task(name, total=size))
