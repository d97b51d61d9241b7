"""Selects the rows of an upload that are used: each once, and of these a sample."""

from collections.abc import Collection, Iterable
from typing import Final

from shared.data.contract import row_digest
from shared.data.preparing.digest_set import DigestSet
from shared.data.preparing.line_processor import AcceptedRow, LineResult
from shared.data.preparing.outputs import Outputs
from shared.data.preparing.splits import SplitRow
from shared.data.preparing.tally import Tally
from shared.data.reading.lines import UnreadableError
from shared.models.config import ProjectConfig

MAX_LINES: Final = 5_000_000
"""Each accepted row costs up to 24 bytes of memory for deduplication."""


class Selector:
    """Takes the results for lines in their order, counts them, and passes on the rows to use.

    Args:
        config: says how large the sample is.
        outputs: takes the rows to use.
        evaluation_rows: digests of the rows that are never trained on; sampling leaves none of them out.
    """

    def __init__(self, config: ProjectConfig, outputs: Outputs, evaluation_rows: Collection[int]) -> None:
        self._outputs = outputs
        self._evaluation_rows = evaluation_rows
        self._sample_limit = round(config.sample_pc / 100 * 2**row_digest.BITS)
        """Digests below it are in the sample."""
        self._digests = DigestSet()
        self._lines = 0

    def select(self, results: Iterable[LineResult], tally: Tally, owner_split: str | None) -> None:
        """Count each line of a file, and pass on the rows to use.

        Args:
            results: for the lines of the file.
            tally: counts them.
            owner_split: the split that the file is for; ``None``: rows are assigned by their content.

        Raises:
            UnreadableError: all files together have more than ``MAX_LINES``.
        """
        for result in results:
            tally.line += 1
            if result is None:
                tally.blank += 1
                continue
            self._lines += 1
            if self._lines > MAX_LINES:
                raise UnreadableError(f"The upload has more than {MAX_LINES:,} lines. Split it into several uploads.")
            if isinstance(result, AcceptedRow):
                self._select_row(result, tally, owner_split)
            else:
                tally.reject(result)

    def _select_row(self, row: AcceptedRow, tally: Tally, owner_split: str | None) -> None:
        if not self._digests.add(row.digest):
            tally.duplicates += 1
            return
        is_evaluation_row = row.digest in self._evaluation_rows
        if row.digest >= self._sample_limit and not is_evaluation_row:
            tally.sampled_out += 1
            return
        tally.evaluation_rows += is_evaluation_row
        tally.accept(row)
        self._outputs.add(SplitRow(row.digest, row.encoded, row.tokens, is_evaluation_row), owner_split)
