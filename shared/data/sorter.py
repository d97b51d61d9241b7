"""Puts every line of an upload where it belongs."""

import sys
from collections.abc import Collection
from typing import Final

import orjson

from shared.data import identity, mend
from shared.data.account import Account
from shared.data.contract import Row, check, check_record, is_blank, parsed
from shared.data.faults import Fault
from shared.data.lines import UnreadableError
from shared.data.outputs import Outputs
from shared.data.seen import Seen
from shared.data.splits import Placed
from shared.data.tokens import TokenCounter
from shared.models.config import ProjectConfig

MOST_LINES: Final = 5_000_000
"""Each accepted row costs up to 24 bytes of memory for deduplication."""
_SAMPLES: Final = 100 / 2**identity.BITS


class Sorter:
    """Checks lines, and keeps each row once."""

    def __init__(
        self,
        config: ProjectConfig,
        outputs: Outputs,
        tokens: TokenCounter,
        max_seq_length: int | None,
        pinned: Collection[int],
    ) -> None:
        """``pinned``: digests of the rows that are never trained on."""
        self._config = config
        self._mends = bool(config.mend or config.roles)
        self._outputs = outputs
        self._tokens_of = tokens.of
        self._longest = max_seq_length or sys.maxsize
        self._pinned = pinned
        self._digest = identity.digest(config.duplicates)
        self._seen = Seen()
        self._lines = 0

    def sort(self, line: bytes, account: Account, choice: str | None) -> None:
        """Take a line to where it belongs.

        Args:
            choice: the split that the owner has chosen for it; ``None``: by content.
        """
        account.line += 1
        if is_blank(line):
            account.blank += 1
            return
        self._lines += 1
        if self._lines > MOST_LINES:
            raise UnreadableError(f"There are more than {MOST_LINES:,} lines: split the file into several uploads.")
        row = check(line)
        if isinstance(row, Fault):
            self._mend(line, row, account, choice)
        else:
            self._keep(row, line, account, choice)

    def _mend(self, line: bytes, fault: Fault, account: Account, choice: str | None) -> None:
        """Only lines that break the contract are repaired; what cannot be keeps its first fault."""
        record = parsed(line, fault)
        mended = mend.mend(record, self._config.mend, self._config.roles) if self._mends else None
        row = check_record(mended.record) if mended else fault
        if mended is None or isinstance(row, Fault):
            account.reject(line, record, fault)
        elif self._keep(row, line, account, choice):
            account.mend(mended.used)

    def _keep(self, row: Row, line: bytes, account: Account, choice: str | None) -> bool:
        """Whether the row is used."""
        tokens = self._tokens_of(row.encoded)
        if tokens > self._longest and self._config.too_long != "truncate":
            account.too_long.add(account.file, account.line)
            account.reject(line, None, self._too_long(tokens))
            return False
        digest = self._digest(row)
        if not self._seen.add(digest):
            account.duplicates += 1
            return False
        pinned = digest in self._pinned
        if digest * _SAMPLES >= self._config.sample_pc and not pinned:
            account.sampled_out += 1
            return False
        self._use(row, Placed(digest, self._written(row), tokens, pinned), account, choice)
        return True

    def _use(self, row: Row, placed: Placed, account: Account, choice: str | None) -> None:
        account.accept(len(row.messages), placed.tokens)
        if placed.tokens > self._longest:
            account.too_long.add(account.file, account.line)
        account.pinned += placed.pinned
        self._outputs.add(placed, choice)

    def _too_long(self, tokens: int) -> Fault:
        return Fault("row.too_long", "$.messages", f"about {tokens:,} tokens; at most {self._longest:,} can be used")

    def _written(self, row: Row) -> bytes:
        if not self._config.keep:
            return row.encoded
        kept = {key: row.record[key] for key in self._config.keep if key in row.record}
        return orjson.dumps({"messages": row.messages, **kept}, option=orjson.OPT_APPEND_NEWLINE)
