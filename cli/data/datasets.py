"""What has no lines, streamed by ``datasets``: Parquet files, and whole datasets of the Hub or of a folder."""

import glob
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from shared.core.errors import TunedropError

_BATCH: Final = 1000
"""Rows of a Parquet file that are read at once, however large its row groups are."""
_LONGEST: Final = 300
"""Characters of a library's error that are shown."""
_LOCAL: Final = "Is it whole, and what its name says?"
_REMOTE: Final = "Check its name, --subset and the network; one that is private or gated needs a token in HF_TOKEN."


def rows(file: Path) -> Iterator[Any]:
    """The rows of a Parquet file.

    Raises:
        TunedropError: it cannot be read.
    """
    from pyarrow.dataset import ParquetFragmentScanOptions

    in_pieces = ParquetFragmentScanOptions(pre_buffer=False, use_buffered_stream=True)
    options = {"split": "train", "batch_size": _BATCH, "fragment_scan_options": in_pieces}
    with _explained(str(file), _LOCAL):
        yield from _load("parquet", data_files=glob.escape(str(file)), **options)


def splits(dataset: str, subset: str | None = None) -> dict[str, Iterator[Any]]:
    """The rows of every split of a dataset, read on their way.

    Args:
        dataset: a name on the Hugging Face Hub, or a folder with files of almost any kind.
        subset: the Hub's word for one of a dataset's tables.

    Raises:
        TunedropError: there is no such dataset, or it cannot be reached or read.
    """
    if Path(dataset).is_file():
        raise TunedropError(f"'{dataset}' is a file.", f"Convert it: tunedrop convert {dataset}")
    remedy = _LOCAL if Path(dataset).is_dir() else _REMOTE
    with _explained(dataset, remedy):
        found: Mapping[str, Any] = _load(dataset, name=subset)
    return {name: _read(split, dataset, remedy) for name, split in found.items()}


def _read(split: Any, dataset: str, remedy: str) -> Iterator[Any]:
    with _explained(dataset, remedy):
        yield from split


@contextmanager
def _explained(what: str, remedy: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # the library, the Hub's client and the readers of files have no common one
        why = " ".join(str(error).split())[:_LONGEST].rstrip(".")
        raise TunedropError(f"'{what}' cannot be read: {why or type(error).__name__}.", remedy) from error


def _load(*what: Any, **options: Any) -> Any:
    import datasets
    from fsspec.compression import compr, register_compression

    datasets.disable_progress_bars()
    datasets.logging.set_verbosity_error()
    if "zstd" not in compr:
        register_compression("zstd", _zstd, "zst")
    return datasets.load_dataset(*what, streaming=True, **options)


def _zstd(packed: Any, mode: str = "rb") -> Any:
    """fsspec would have another package for this; Arrow is there anyway."""
    import pyarrow

    return pyarrow.CompressedInputStream(pyarrow.PythonFile(packed, mode[0]), "zstd")
