"""An upload becomes train, validation and test files, and an account of every line.

    lines = accepted + rejected + duplicates + blank

One pass over the bytes in bounded memory: outputs go to files in a folder, of which the caller takes what
it needs. The same bytes and settings give the same files, byte for byte.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from shared.data import splits
from shared.data.contract import check, is_blank
from shared.data.faults import HINTS, Fault
from shared.data.lines import UnreadableError, gunzip, lines
from shared.models.config import SplitConfig
from shared.models.receipt import Problem

PROBLEMS_SHOWN: Final = 100
"""Bad lines that a receipt lists; ``rejected.jsonl`` has all of them."""
MOST_BYTES: Final = 10 * 2**30
"""Unpacked size of an upload that one worker reads."""
MOST_LINES: Final = 5_000_000
"""Each accepted row costs about 95 bytes of memory for deduplication."""
BYTES_PER_TOKEN: Final = 4.0
"""Estimate for English chat rows, JSON included."""
REJECTED: Final = "rejected.jsonl"


@dataclass(frozen=True)
class Prepared:
    """What became of an upload."""

    sha256: str
    """Of the upload's bytes."""
    size: int
    """Bytes of the upload."""
    lines: int
    accepted: int
    rejected: int
    duplicates: int
    blank: int
    rows: dict[str, int]
    """Rows of each split."""
    tokens: int
    """Estimated tokens of the training rows."""
    problems: list[Problem]
    """The first ``PROBLEMS_SHOWN`` bad lines."""
    refusal: str | None
    """Why nothing of the upload is used, a sentence for its owner; ``None``: it is accepted."""


def prepare(chunks: Iterable[bytes], split: SplitConfig, folder: Path, packed: bool = False) -> Prepared:
    """Read an upload and write ``train.jsonl``, ``validation.jsonl``, ``test.jsonl`` and ``rejected.jsonl``.

    Args:
        chunks: the upload's bytes.
        split: percent of rows held out.
        folder: an empty folder for the files.
        packed: whether the upload is gzip.
    """
    source = _Source(chunks)
    with ExitStack() as files:
        sorter = _Sorter(folder, split, files)
        refusal = sorter.read(gunzip(source) if packed else source)
    source.drain()
    refusal = refusal or _too_few(sorter.accepted)
    rows = sorter.rows if refusal else splits.balance(folder, sorter.rows)
    return Prepared(
        sha256=source.sha256.hexdigest(),
        size=source.size,
        lines=sorter.lines,
        accepted=sorter.accepted,
        rejected=sorter.rejected,
        duplicates=sorter.duplicates,
        blank=sorter.blank,
        rows=rows,
        tokens=round(splits.path(folder, "train").stat().st_size / BYTES_PER_TOKEN),
        problems=sorter.problems,
        refusal=refusal,
    )


def _too_few(accepted: int) -> str | None:
    if accepted >= splits.LEAST_ROWS:
        return None
    found = f"Only {accepted} rows are usable" if accepted else "No row is usable"
    needed = f"{splits.LEAST_ROWS} are needed: 10 to train on, 1 to validate and 1 to test"
    return f"{found}; at least {needed}."


class _Source:
    """The upload's bytes, hashed and counted on their way."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self.sha256 = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.sha256.update(chunk)
            self.size += len(chunk)
            yield chunk

    def drain(self) -> None:
        """Read what is left, so that the hash is that of the whole upload."""
        for _ in self:
            pass


class _Sorter:
    """Puts every line where it belongs, and counts."""

    def __init__(self, folder: Path, split: SplitConfig, files: ExitStack) -> None:
        self.lines = self.accepted = self.rejected = self.duplicates = self.blank = 0
        self.rows = dict.fromkeys(splits.NAMES, 0)
        self.problems: list[Problem] = []
        self._split = split
        self._seen: set[int] = set()
        self._files: dict[str, BinaryIO] = {
            name: files.enter_context(splits.path(folder, name).open("wb")) for name in splits.NAMES
        }
        self._rejects = files.enter_context((folder / REJECTED).open("wb"))

    def read(self, chunks: Iterable[bytes]) -> str | None:
        """Sort all lines; why reading stopped before the end, if it did."""
        try:
            for line in lines(_capped(chunks)):
                if self.lines == MOST_LINES:
                    return f"The file has more than {MOST_LINES:,} lines: split it into several uploads."
                self._take(line)
        except UnreadableError as error:
            return str(error)
        return None

    def _take(self, line: bytes) -> None:
        self.lines += 1
        if is_blank(line):
            self.blank += 1
            return
        row = check(line)
        if isinstance(row, Fault):
            self._reject(line, row)
        else:
            self._keep(row)

    def _keep(self, row: bytes) -> None:
        digest = splits.digest(row)
        if digest in self._seen:
            self.duplicates += 1
            return
        self._seen.add(digest)
        name = splits.place(digest, self._split)
        self.accepted += 1
        self.rows[name] += 1
        self._files[name].write(row)

    def _reject(self, line: bytes, fault: Fault) -> None:
        self.rejected += 1
        problem = {"line": self.lines, **fault._asdict(), "hint": HINTS[fault.reason]}
        if self.rejected <= PROBLEMS_SHOWN:
            self.problems.append(Problem.model_validate(problem))
        self._rejects.write(orjson.dumps(problem | _raw(line), option=orjson.OPT_APPEND_NEWLINE))


def _raw(line: bytes) -> dict[str, str]:
    try:
        return {"raw": line.decode()}
    except UnicodeDecodeError:
        return {"raw_base64": base64.b64encode(line).decode()}


def _capped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MOST_BYTES:
            raise UnreadableError(f"The file is larger than {MOST_BYTES / 2**30:g} GiB unpacked: split it.")
        yield chunk
