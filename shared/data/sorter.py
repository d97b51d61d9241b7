"""Puts every line of an upload where it belongs."""

import sys
from collections.abc import Collection, Iterable
from typing import Final

from shared.data import contract, identity
from shared.data.account import Account
from shared.data.examiner import Examine, Examined
from shared.data.faults import Fault
from shared.data.lines import UnreadableError
from shared.data.outputs import Outputs
from shared.data.seen import Seen
from shared.data.splits import Placed
from shared.data.tokens import TokenCounter
from shared.models.config import ProjectConfig

MOST_LINES: Final = 5_000_000
"""Each accepted row costs up to 24 bytes of memory for deduplication."""


class Sorter:
    """Takes the verdicts on lines in their order, and keeps each row once."""

    def __init__(
        self,
        config: ProjectConfig,
        outputs: Outputs,
        tokens: TokenCounter,
        max_seq_length: int | None,
        pinned: Collection[int],
        examine: Examine,
    ) -> None:
        """``pinned``: digests of the rows that are never trained on."""
        self._config = config
        self._outputs = outputs
        self._tokens_of = tokens.of
        self._longest = max_seq_length or sys.maxsize
        self._pinned = pinned
        self._examine = examine
        self._sample = round(config.sample_pc / 100 * 2**identity.BITS)
        """Digests below it are in the sample."""
        self._seen = Seen()
        self._lines = 0

    def sort(self, lines: Iterable[bytes], account: Account, choice: str | None) -> None:
        """Take each line to where it belongs.

        Args:
            choice: the split that the owner has chosen for them; ``None``: by content.

        Raises:
            UnreadableError: there are more than ``MOST_LINES``, all files together.
        """
        for verdict in self._examine(lines):
            account.line += 1
            if verdict is None:
                account.blank += 1
                continue
            self._lines += 1
            if self._lines > MOST_LINES:
                raise UnreadableError(f"There are more than {MOST_LINES:,} lines: split the file into several uploads.")
            if isinstance(verdict, Examined):
                self._keep(verdict, account, choice)
            else:
                account.reject(verdict.line, contract.parsed(*verdict), verdict.fault)

    def _keep(self, row: Examined, account: Account, choice: str | None) -> None:
        tokens = self._tokens_of(row.encoded)
        if (row.kinds or tokens > self._longest) and (fault := self._unfit(row, tokens, account)):
            account.reject(row.line, None, fault)
            return
        if not self._seen.add(row.digest):
            account.duplicates += 1
            return
        pinned = row.digest in self._pinned
        if row.digest >= self._sample and not pinned:
            account.sampled_out += 1
            return
        account.pinned += pinned
        account.accept(row, tokens, tokens > self._longest)
        self._outputs.add(Placed(row.digest, row.written, tokens, pinned), choice)

    def _unfit(self, row: Examined, tokens: int, account: Account) -> Fault | None:
        """Why the settings refuse a row that keeps the contract."""
        if row.kinds and self._config.pii == "reject":
            account.see(row.kinds)
            return Fault("row.pii", "$.messages", " and ".join(row.kinds))
        if tokens > self._longest and self._config.too_long != "truncate":
            account.see_too_long()
            return Fault("row.too_long", "$.messages", f"{tokens:,} tokens, where {self._longest:,} can be used")
        return None
