"""Puts every line of an upload where it belongs."""

from collections.abc import Collection, Iterable
from typing import Final

from shared.data.contract import row_digest
from shared.data.preparing.digest_set import DigestSet
from shared.data.preparing.examiner import AcceptedRow, Verdict
from shared.data.preparing.outputs import Outputs
from shared.data.preparing.splits import Placed
from shared.data.preparing.tally import Tally
from shared.data.reading.lines import UnreadableError
from shared.models.config import ProjectConfig

MOST_LINES: Final = 5_000_000
"""Each accepted row costs up to 24 bytes of memory for deduplication."""


class Sorter:
    """Takes the verdicts on lines in their order, and keeps each row once."""

    def __init__(self, config: ProjectConfig, outputs: Outputs, evaluation_rows: Collection[int]) -> None:
        """``evaluation_rows``: digests of the rows that are never trained on."""
        self._outputs = outputs
        self._evaluation_rows = evaluation_rows
        self._sample = round(config.sample_pc / 100 * 2**row_digest.BITS)
        """Digests below it are in the sample."""
        self._seen = DigestSet()
        self._lines = 0

    def sort(self, verdicts: Iterable[Verdict], tally: Tally, choice: str | None) -> None:
        """Take each line to where it belongs.

        Args:
            verdicts: on the lines of one file.
            choice: the split that the owner has chosen for them; ``None``: by content.

        Raises:
            UnreadableError: there are more than ``MOST_LINES``, all files together.
        """
        for verdict in verdicts:
            tally.line += 1
            if verdict is None:
                tally.blank += 1
                continue
            self._lines += 1
            if self._lines > MOST_LINES:
                raise UnreadableError(f"There are more than {MOST_LINES:,} lines: split the file into several uploads.")
            if isinstance(verdict, AcceptedRow):
                self._keep(verdict, tally, choice)
            else:
                tally.reject(verdict)

    def _keep(self, row: AcceptedRow, tally: Tally, choice: str | None) -> None:
        if not self._seen.add(row.digest):
            tally.duplicates += 1
            return
        is_evaluation_row = row.digest in self._evaluation_rows
        if row.digest >= self._sample and not is_evaluation_row:
            tally.sampled_out += 1
            return
        tally.evaluation_rows += is_evaluation_row
        tally.accept(row)
        self._outputs.add(Placed(row.digest, row.written, row.tokens, is_evaluation_row), choice)
