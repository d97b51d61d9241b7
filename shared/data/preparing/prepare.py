"""An upload becomes train, validation and test files, and an tally of every line.

    lines = accepted + rejected + duplicates + sampled_out        (blank lines are counted apart)

One pass over the bytes in bounded memory: a thread reads ahead, or workers examine beside this process; outputs
flow into sinks as they are found. The same bytes and settings give the same outputs and the same figures, byte for
byte.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from shared.data.contract import row_digest
from shared.data.contract.validation import Row, check
from shared.data.preparing import splits
from shared.data.preparing.examiner import Examine, Examiner
from shared.data.preparing.outputs import Outputs, Sink
from shared.data.preparing.rejects import Rejects
from shared.data.preparing.sorter import Sorter
from shared.data.preparing.tally import Tally
from shared.data.preparing.tokens import TokenCounter
from shared.data.reading import streams
from shared.data.reading.lines import UnreadableError, gunzip
from shared.models.config import ProjectConfig
from shared.models.receipt import Figures

MOST_BYTES: Final = 10 * 2**30
"""Unpacked size of an upload that one worker reads."""
REJECTED: Final = "rejected"


@dataclass(frozen=True)
class Part:
    """One file of an upload."""

    chunks: Iterable[bytes]
    name: str | None = None
    """Named in problems where an upload has several files."""
    packed: bool = False
    """Whether it is gzip."""
    split: str | None = None
    """The owner's choice for its rows; ``None``: by content hash."""
    examine: Examine | None = None
    """Gives the verdicts on its lines, by the same settings; ``None``: this process finds them."""


def prepare(
    parts: Iterable[Part],
    config: ProjectConfig,
    sinks: Mapping[str, Sink],
    *,
    evaluation_rows: Iterable[bytes] = (),
    earlier: Iterable[Part] = (),
    max_seq_length: int | None = None,
    tokens: TokenCounter | None = None,
    progress: Callable[[int], None] | None = None,
    upload: str = "FILE",
) -> Figures:
    """Read an upload into ``sinks``: one for each of ``splits.NAMES``, and ``REJECTED``.

    Args:
        parts: read in this order; of rows that are the same, the first one counts.
        evaluation_rows: the project's, encoded: where the upload has them, they go to test.
        earlier: files of earlier uploads, to be trained on as well; their bad lines are not reported.
        max_seq_length: tokens of the longest row that is trained on whole; ``None``: not known.
        tokens: counts tokens; without it they are estimated from bytes.
        progress: is told the size of each chunk that has been read, by the thread that reads.
        upload: name of the file in the command that would convert it.
    """
    parts = list(parts)
    outputs = Outputs(sinks, config.split, {part.split for part in parts})
    tokens = tokens or TokenCounter()
    tally, before = Tally(Rejects(sinks[REJECTED], config)), Tally(Rejects(_Nowhere(), config))
    examine = Examiner(config, tokens, max_seq_length).ahead
    sorter = Sorter(config, outputs, _digests(evaluation_rows, config))
    readings = [_read(part, examine, sorter, tally, progress) for part in parts]
    sources = [source for source, _ in readings]
    readings += [_read(part, examine, sorter, before, progress) for part in earlier]
    outputs.finish()
    tally.rejects.close()
    return Figures(
        sha256=streams.sha256(sources),
        size=sum(source.size for source in sources),
        refusal=next((error for _, error in readings if error), None) or _refusal(tally, outputs, config),
        earlier_rows=before.accepted,
        train_rows=outputs.rows["train"],
        validation_rows=outputs.rows["validation"],
        test_rows=outputs.rows["test"],
        tokens=outputs.tokens["train"],
        tokens_are=tokens.quality,
        max_seq_length=max_seq_length,
        shape=tally.rejects.shape(tally.lines, upload),
        **tally.figures(),
    )


def _read(
    part: Part, examine: Examine, sorter: Sorter, tally: Tally, progress: Callable[[int], None] | None
) -> tuple[streams.Source, str | None]:
    """Sort all lines of a file; and why reading stopped before its end, if it did."""
    tally.file, tally.line = part.name, 0
    source = streams.Source(part.chunks, progress)
    try:
        unpacked = _capped(gunzip(source) if part.packed else source)
        sorter.sort((part.examine or examine)(unpacked), tally, part.split)
    except UnreadableError as error:
        source.drain()
        return source, str(error)
    return source, None


def _digests(rows: Iterable[bytes], config: ProjectConfig) -> frozenset[int]:
    digest = row_digest.digest(config.duplicates)
    return frozenset(digest(row) for row in map(check, rows) if isinstance(row, Row))


def _refusal(tally: Tally, outputs: Outputs, config: ProjectConfig) -> str | None:
    """Why nothing of the upload is used."""
    reasons = tally.rejects.reasons
    if reasons["row.pii"]:
        return f"Rows with personal data or secrets: {reasons['row.pii']:,} ('pii: reject')."
    if reasons["row.too_long"] and config.too_long == "reject":
        return f"Rows that are too long to be trained on: {reasons['row.too_long']:,} ('too_long: reject')."
    if short := _short(tally, outputs):
        return short
    tokens = outputs.tokens["train"]
    if config.budget_tokens is not None and tokens > config.budget_tokens:
        return f"{tokens:,} tokens are to be trained on; the budget is {config.budget_tokens:,} ('budget_tokens')."
    return None


def _short(tally: Tally, outputs: Outputs) -> str | None:
    rows = outputs.rows
    if all(rows[name] >= least for name, least in splits.LEAST.items()):
        return None
    needed = f"{splits.LEAST_ROWS} are needed: 10 to train on, 1 to validate and 1 to test"
    total = sum(rows.values())
    if total >= splits.LEAST_ROWS:
        found = ", ".join(f"{rows[name]:,} to {use}" for name, use in _USES.items())
        return f"Of {total:,} usable rows there are {found}; at least {needed}."
    found = f"Only {total} {'row is' if total == 1 else 'rows are'} usable" if total else "No row is usable"
    sampled = f", as 'sample_pc' leaves out {tally.sampled_out:,}" if tally.sampled_out else ""
    return f"{found}{sampled}; at least {needed}."


_USES: Final = {"train": "train on", "validation": "validate with", "test": "test with"}


def _capped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MOST_BYTES:
            raise UnreadableError(f"The file is larger than {MOST_BYTES / 2**30:g} GiB unpacked: split it.")
        yield chunk


class _Nowhere:
    """A sink that keeps nothing."""

    def write(self, data: bytes, /) -> None:
        pass
