"""Turns an upload into train, validation and test files, and counts every line.

    lines = accepted + rejected + duplicates + sampled_out        (blank lines are counted apart)

One pass over the bytes, in bounded memory: a thread reads ahead, or worker processes process lines beside this one,
and rows go to their sinks at once. The same bytes and settings give the same outputs and the same figures, byte for
byte.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from shared.data.contract import row_digest
from shared.data.contract.validation import Row, check
from shared.data.preparing import splits
from shared.data.preparing.line_processor import LineProcessor, ProcessLines
from shared.data.preparing.outputs import Outputs, Sink
from shared.data.preparing.rejects import Rejects
from shared.data.preparing.selector import Selector
from shared.data.preparing.tally import Tally
from shared.data.preparing.tokens import Quality, TokenCounter
from shared.data.reading import streams
from shared.data.reading.lines import UnreadableError, gunzip
from shared.models.config import ProjectConfig
from shared.models.receipt import Figures

MAX_BYTES: Final = 10 * 2**30
"""Unpacked size of a file."""
REJECTED: Final = "rejected"
"""Name of the sink for rejected lines."""


@dataclass(frozen=True)
class UploadFile:
    """One file of an upload."""

    chunks: Iterable[bytes]
    name: str | None = None
    """Named in problems, if the upload has several files."""
    gzipped: bool = False
    split: str | None = None
    """The split that its owner made it for; ``None``: rows are assigned by their content."""
    process_lines: ProcessLines | None = None
    """Gives the results for its lines, by the same settings; ``None``: this process does it."""


def prepare(
    files: Iterable[UploadFile],
    config: ProjectConfig,
    sinks: Mapping[str, Sink],
    *,
    evaluation_rows: Iterable[bytes] = (),
    earlier: Iterable[UploadFile] = (),
    max_seq_length: int | None = None,
    tokens: TokenCounter | None = None,
    progress: Callable[[int], None] | None = None,
    upload: str = "FILE",
) -> Figures:
    """Read an upload into ``sinks``: one for each of ``splits.NAMES``, and ``REJECTED``.

    Args:
        files: read in this order; of rows that are the same, the first one is used.
        config: the settings.
        sinks: by name.
        evaluation_rows: those of the project, as JSON lines: if the upload has them, they go to test.
        earlier: files of earlier uploads, to be trained on as well; their rejected lines are not reported.
        max_seq_length: tokens of the longest row that is trained on whole; ``None``: not known.
        tokens: counts tokens; ``None``: they are estimated from bytes.
        progress: called with the size of each chunk that has been read, by the thread that reads.
        upload: name of the file in the command that would convert it.
    """
    files = list(files)
    outputs = Outputs(sinks, config.split, {file.split for file in files})
    tokens = tokens or TokenCounter()
    tally, earlier_tally = Tally(Rejects(sinks[REJECTED], config)), Tally(Rejects(_NullSink(), config))
    process_lines = LineProcessor(config, tokens, max_seq_length).process_file
    selector = Selector(config, outputs, _digests(evaluation_rows, config))
    reads = [_read(file, process_lines, selector, tally, progress) for file in files]
    sources = [source for source, _ in reads]
    reads += [_read(file, process_lines, selector, earlier_tally, progress) for file in earlier]
    outputs.finish()
    tally.rejects.close()
    refusal = next((error for _, error in reads if error), None) or _refusal(tally, outputs, config)
    return _figures(
        tally,
        outputs,
        sources,
        refusal=refusal,
        earlier_rows=earlier_tally.accepted,
        tokens_are=tokens.quality,
        max_seq_length=max_seq_length,
        upload=upload,
    )


def _read(
    file: UploadFile,
    process_lines: ProcessLines,
    selector: Selector,
    tally: Tally,
    progress: Callable[[int], None] | None,
) -> tuple[streams.Source, str | None]:
    """Select the rows of a file; returns its source, and why reading stopped before its end, if it did."""
    tally.file, tally.line = file.name, 0
    source = streams.Source(file.chunks, progress)
    try:
        unpacked = _limit_size(gunzip(source) if file.gzipped else source)
        selector.select((file.process_lines or process_lines)(unpacked), tally, file.split)
    except UnreadableError as error:
        source.drain()
        return source, str(error)
    return source, None


def _digests(rows: Iterable[bytes], config: ProjectConfig) -> frozenset[int]:
    digest = row_digest.digest(config.duplicates)
    return frozenset(digest(row) for row in map(check, rows) if isinstance(row, Row))


def _refusal(tally: Tally, outputs: Outputs, config: ProjectConfig) -> str | None:
    """Why the whole upload is rejected; ``None``: it is accepted."""
    reasons = tally.rejects.reasons
    if reasons["row.pii"]:
        return f"{_have(reasons['row.pii'])} personal data or secrets, which 'pii: reject' does not allow."
    if reasons["row.too_long"] and config.too_long == "reject":
        return f"{_have(reasons['row.too_long'])} too many tokens, which 'too_long: reject' does not allow."
    if too_few := _too_few_rows(tally, outputs):
        return too_few
    tokens = outputs.tokens["train"]
    if config.budget_tokens is not None and tokens > config.budget_tokens:
        return f"The training rows have {tokens:,} tokens, but 'budget_tokens' is {config.budget_tokens:,}."
    return None


def _have(rows: int) -> str:
    return "1 row has" if rows == 1 else f"{rows:,} rows have"


def _too_few_rows(tally: Tally, outputs: Outputs) -> str | None:
    rows = outputs.rows
    if all(rows[name] >= minimum for name, minimum in splits.MIN_ROWS.items()):
        return None
    total = sum(rows.values())
    if total >= splits.MIN_TOTAL_ROWS:
        problem = f"The {total:,} usable rows divide into {_by_split(rows)}"
    elif total:
        problem = f"Only {total} {'row is' if total == 1 else 'rows are'} usable"
    else:
        problem = "No row is usable"
    sampled = f", and 'sample_pc' leaves out {tally.sampled_out:,}" if tally.sampled_out else ""
    return f"{problem}{sampled}. At least {splits.MIN_TOTAL_ROWS} are needed: {_by_split(splits.MIN_ROWS)}."


def _by_split(rows: Mapping[str, int]) -> str:
    return f"{rows['train']:,} for training, {rows['validation']:,} for validation and {rows['test']:,} for testing"


def _limit_size(chunks: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_BYTES:
            limit = f"{MAX_BYTES / 2**30:g} GiB"
            raise UnreadableError(f"The file is larger than {limit} unpacked. Split it into several uploads.")
        yield chunk


def _figures(
    tally: Tally,
    outputs: Outputs,
    sources: list[streams.Source],
    *,
    refusal: str | None,
    earlier_rows: int,
    tokens_are: Quality,
    max_seq_length: int | None,
    upload: str,
) -> Figures:
    return Figures(
        sha256=streams.sha256(sources),
        size=sum(source.size for source in sources),
        refusal=refusal,
        lines=tally.lines,
        blank=tally.blank,
        accepted=tally.accepted,
        rejected=tally.rejects.count,
        duplicates=tally.duplicates,
        sampled_out=tally.sampled_out,
        repaired=dict(sorted(tally.repaired.items())),
        train_rows=outputs.rows["train"],
        validation_rows=outputs.rows["validation"],
        test_rows=outputs.rows["test"],
        evaluation_rows=tally.evaluation_rows,
        earlier_rows=earlier_rows,
        tokens=outputs.tokens["train"],
        tokens_are=tokens_are,
        max_seq_length=max_seq_length,
        too_long=tally.too_long.occurrences(),
        pii=tally.pii,
        turns=tally.turns.histogram(),
        row_tokens=tally.row_tokens.histogram(),
        reasons=dict(sorted(tally.rejects.reasons.items())),
        problems=tally.rejects.problems,
        repairable=tally.rejects.repairable(),
        shape=tally.rejects.shape(tally.lines, upload),
    )


class _NullSink:
    """Discards what is written to it."""

    def write(self, data: bytes, /) -> None:
        pass
