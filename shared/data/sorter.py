"""Puts every line of an upload where it belongs."""

import sys
from collections.abc import Collection
from typing import Final, Protocol

import orjson

from shared.data import identity
from shared.data.account import Account
from shared.data.contract import Row, check, is_blank
from shared.data.faults import Fault
from shared.data.lines import UnreadableError
from shared.data.outputs import Outputs
from shared.data.seen import Seen
from shared.data.splits import Placed
from shared.models.config import ProjectConfig

MOST_LINES: Final = 5_000_000
"""Each accepted row costs up to 24 bytes of memory for deduplication."""
_SAMPLES: Final = 100 / 2**identity.BITS


class TokenCounter(Protocol):
    """Counts or estimates the tokens of encoded rows."""

    def of(self, row: bytes, /) -> int: ...


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
            account.reject(line, row)
        else:
            self._keep(row, line, account, choice)

    def _keep(self, row: Row, line: bytes, account: Account, choice: str | None) -> None:
        tokens = self._tokens_of(row.encoded)
        too_long = tokens > self._longest
        if too_long and self._config.too_long != "truncate":
            account.too_long.add(account.file, account.line)
            account.reject(line, self._too_long(tokens))
            return
        digest = self._digest(row)
        if not self._seen.add(digest):
            account.duplicates += 1
        elif digest in self._pinned:
            account.pinned += 1
            account.accept(len(row.messages), tokens)
            self._outputs.write("test", Placed(digest, self._written(row), tokens))
        elif digest * _SAMPLES >= self._config.sample_pc:
            account.sampled_out += 1
        else:
            account.accept(len(row.messages), tokens)
            self._outputs.add(Placed(digest, self._written(row), tokens), choice)

    def _too_long(self, tokens: int) -> Fault:
        return Fault("row.too_long", "$.messages", f"about {tokens:,} tokens; at most {self._longest:,} can be used")

    def _written(self, row: Row) -> bytes:
        if not self._config.keep:
            return row.encoded
        kept = {key: row.record[key] for key in self._config.keep if key in row.record}
        return orjson.dumps({"messages": row.messages, **kept}, option=orjson.OPT_APPEND_NEWLINE)
