"""Tables without lines, streamed by the library ``datasets``: Parquet files, and datasets of the Hub or of a folder."""

import glob
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from shared.core.errors import TunedropError

_BATCH: Final = 1000
"""Rows of a Parquet file that are read at once, however large its row groups are."""
_MESSAGE_LENGTH: Final = 300
"""Characters of a library's error that are shown."""
_LOCAL: Final = "Check that the file is complete and that its name has the right ending."
_REMOTE: Final = (
    "Check its name, --subset and the network. A private or gated dataset needs a token in the variable HF_TOKEN."
)


def rows(file: Path) -> Iterator[Any]:
    """The rows of a Parquet file.

    Raises:
        TunedropError: it cannot be read.
    """
    from pyarrow.dataset import ParquetFragmentScanOptions

    in_pieces = ParquetFragmentScanOptions(pre_buffer=False, use_buffered_stream=True)
    options = {"split": "train", "batch_size": _BATCH, "fragment_scan_options": in_pieces}
    with _reading(str(file), _LOCAL):
        yield from _load("parquet", data_files=glob.escape(str(file)), **options)


def splits(dataset: str, subset: str | None = None) -> dict[str, Iterator[Any]]:
    """The rows of every split of a dataset, read as they are iterated over.

    Args:
        dataset: a name on the Hugging Face Hub, or a folder with files of almost any kind.
        subset: one of a dataset's tables (the Hub's word); ``None``: its default one.

    Raises:
        TunedropError: there is no such dataset, or it cannot be reached or read.
    """
    if Path(dataset).is_file():
        raise TunedropError(f"'{dataset}' is a file.", f"Convert it: tunedrop convert {shlex.quote(dataset)}")
    remedy = _LOCAL if Path(dataset).is_dir() else _REMOTE
    with _reading(dataset, remedy):
        loaded: Mapping[str, Any] = _load(dataset, name=subset)
    return {name: _rows(split, dataset, remedy) for name, split in loaded.items()}


def _rows(split: Any, dataset: str, remedy: str) -> Iterator[Any]:
    with _reading(dataset, remedy):
        yield from split


@contextmanager
def _reading(source: str, remedy: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # the library, the Hub's client and the file readers have no common base class
        reason = " ".join(str(error).split())[:_MESSAGE_LENGTH].rstrip(".")
        raise TunedropError(f"'{source}' cannot be read: {reason or type(error).__name__}.", remedy) from error


def _load(*arguments: Any, **options: Any) -> Any:
    import datasets
    from fsspec.compression import compr, register_compression

    datasets.disable_progress_bars()
    datasets.logging.set_verbosity_error()
    if "zstd" not in compr:
        register_compression("zstd", _zstd, "zst")
    return datasets.load_dataset(*arguments, streaming=True, **options)


def _zstd(packed: Any, mode: str = "rb") -> Any:
    """A decompressing file for fsspec, which would need another package for it; Arrow is installed anyway."""
    import pyarrow

    return pyarrow.CompressedInputStream(pyarrow.PythonFile(packed, mode[0]), "zstd")
