"""An upload becomes train, validation and test files, and an account of every line.

    lines = accepted + rejected + duplicates + sampled_out        (blank lines are counted apart)

One pass over the bytes in bounded memory: outputs flow into sinks as they are found. The same bytes and
settings give the same outputs and the same figures, byte for byte.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import orjson

from shared.data import splits
from shared.data.contract import check, is_blank
from shared.data.faults import HINTS, Fault
from shared.data.lines import UnreadableError, gunzip, lines
from shared.models.config import ProjectConfig
from shared.models.receipt import Figures, Problem

PROBLEMS_SHOWN: Final = 100
"""Bad lines that a receipt lists; ``rejected.jsonl`` has all of them."""
MOST_BYTES: Final = 10 * 2**30
"""Unpacked size of an upload that one worker reads."""
MOST_LINES: Final = 5_000_000
"""Each accepted row costs about 95 bytes of memory for deduplication."""
BYTES_PER_TOKEN: Final = 4.0
"""Estimate for English chat rows, JSON included."""
REJECTED: Final = "rejected"


class Sink(Protocol):
    """Where an output goes: a file, or a blob that becomes visible only once it is committed."""

    def write(self, data: bytes, /) -> object: ...


@dataclass(frozen=True)
class Part:
    """One file of an upload."""

    chunks: Iterable[bytes]
    name: str | None = None
    """Named in problems where an upload has several files."""
    packed: bool = False
    """Whether it is gzip."""
    split: str | None = None
    """The owner's choice for all of its rows; ``None``: by content hash."""


def prepare(parts: Iterable[Part], config: ProjectConfig, sinks: Mapping[str, Sink]) -> Figures:
    """Read an upload into ``sinks``: one for each of ``splits.NAMES``, and ``REJECTED``."""
    sorter = _Sorter(config, sinks)
    sources = [sorter.read(part) for part in parts]
    sorter.finish()
    return Figures(
        sha256=_sha256(sources),
        size=sum(source.size for source in sources),
        refusal=sorter.refusal,
        lines=sorter.lines,
        blank=sorter.blank,
        accepted=sorter.accepted,
        rejected=sorter.rejected,
        duplicates=sorter.duplicates,
        train_rows=sorter.rows["train"],
        validation_rows=sorter.rows["validation"],
        test_rows=sorter.rows["test"],
        tokens=round(sorter.sizes["train"] / BYTES_PER_TOKEN),
        problems=sorter.problems,
    )


class _Source:
    """A file's bytes, hashed and counted on their way."""

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
        """Read what is left, so that the hash is that of the whole file."""
        for _ in self:
            pass


def _sha256(sources: list[_Source]) -> str:
    if len(sources) == 1:
        return sources[0].sha256.hexdigest()
    return hashlib.sha256(b"".join(source.sha256.digest() for source in sources)).hexdigest()


class _Sorter:
    """Puts every line where it belongs, and counts."""

    def __init__(self, config: ProjectConfig, sinks: Mapping[str, Sink]) -> None:
        self.lines = self.accepted = self.rejected = self.duplicates = self.blank = 0
        self.rows = dict.fromkeys(splits.NAMES, 0)
        self.sizes = dict.fromkeys(splits.NAMES, 0)
        self.problems: list[Problem] = []
        self.refusal: str | None = None
        self._config = config
        self._sinks = sinks
        self._seen: set[int] = set()
        self._reserve = splits.Reserve()
        self._line = 0
        self._part = Part(())

    def read(self, part: Part) -> _Source:
        """Sort all lines of a file; ``refusal`` says why reading stopped before its end, if it did."""
        self._part, self._line = part, 0
        source = _Source(part.chunks)
        try:
            for line in lines(_capped(gunzip(source) if part.packed else source)):
                if self._line == MOST_LINES:
                    raise UnreadableError(
                        f"The file has more than {MOST_LINES:,} lines: split it into several uploads."
                    )
                self._take(line)
        except UnreadableError as error:
            self.refusal = self.refusal or str(error)
        source.drain()
        return source

    def finish(self) -> None:
        """Place the rows that were held back, so that no split is too short."""
        for name, row in self._reserve.placed(self.rows):
            self._write(name, row)
        self.refusal = self.refusal or _too_few(self.accepted)

    def _take(self, line: bytes) -> None:
        self._line += 1
        if is_blank(line):
            self.blank += 1
            return
        self.lines += 1
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
        self.accepted += 1
        name = self._part.split or splits.place(digest, self._config.split)
        for split, flowing in self._reserve.held(name, digest, row):
            self._write(split, flowing)

    def _write(self, name: str, row: bytes) -> None:
        self.rows[name] += 1
        self.sizes[name] += len(row)
        self._sinks[name].write(row)

    def _reject(self, line: bytes, fault: Fault) -> None:
        self.rejected += 1
        problem = {"file": self._part.name, "line": self._line, **fault._asdict(), "hint": HINTS[fault.reason]}
        if self.rejected <= PROBLEMS_SHOWN:
            self.problems.append(Problem.model_validate(problem))
        if self._part.name is None:
            del problem["file"]
        self._sinks[REJECTED].write(orjson.dumps(problem | _raw(line), option=orjson.OPT_APPEND_NEWLINE))


def _too_few(accepted: int) -> str | None:
    if accepted >= splits.LEAST_ROWS:
        return None
    found = f"Only {accepted} rows are usable" if accepted else "No row is usable"
    needed = f"{splits.LEAST_ROWS} are needed: 10 to train on, 1 to validate and 1 to test"
    return f"{found}; at least {needed}."


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
