"""Puts every line of an upload where it belongs."""

import sys
from collections.abc import Collection, Iterable
from typing import Final

import orjson

from shared.data import contract, identity, kept, mend
from shared.data.account import Account
from shared.data.contract import Message, Row, check, is_blank
from shared.data.faults import Fault
from shared.data.lines import UnreadableError
from shared.data.outputs import Outputs
from shared.data.pii import Scanner
from shared.data.seen import Seen
from shared.data.splits import Placed
from shared.data.tokens import TokenCounter
from shared.data.watch import Watch
from shared.models.config import ProjectConfig

MOST_LINES: Final = 5_000_000
"""Each accepted row costs up to 24 bytes of memory for deduplication."""


class Sorter:
    """Checks lines, and keeps each row once."""

    def __init__(
        self,
        config: ProjectConfig,
        outputs: Outputs,
        tokens: TokenCounter,
        max_seq_length: int | None,
        pinned: Collection[int],
        watch: Watch,
    ) -> None:
        """``pinned``: digests of the rows that are never trained on; ``watch`` searches where ``pii`` is ``warn``."""
        self._config = config
        self._outputs = outputs
        self._tokens_of = tokens.of
        self._longest = max_seq_length or sys.maxsize
        self._pinned = pinned
        self._scanner = Scanner()
        self._watch = watch
        self._digest = identity.digest(config.duplicates)
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
        for line in lines:
            account.line += 1
            if is_blank(line):
                account.blank += 1
                continue
            self._lines += 1
            if self._lines > MOST_LINES:
                raise UnreadableError(f"There are more than {MOST_LINES:,} lines: split the file into several uploads.")
            row = check(line)
            if isinstance(row, Row):
                self._keep(row, line, account, choice)
            else:
                self._mend(row, line, account, choice)

    def _mend(self, fault: Fault, line: bytes, account: Account, choice: str | None) -> None:
        """Only lines that break the contract are repaired; what cannot be keeps its first fault."""
        record = contract.parsed(line, fault)
        mended = mend.mend(record, self._config.mend, self._config.roles)
        row = contract.check_record(mended.record) if mended else fault
        if mended is None or isinstance(row, Fault):
            account.reject(line, record, fault)
        elif self._keep(row, line, account, choice):
            account.mend(mended.used)

    def _keep(self, row: Row, line: bytes, account: Account, choice: str | None) -> bool:
        """Whether the row is used."""
        if self._config.keep:
            record = kept.picked(row.record, self._config.keep)
            if isinstance(record, Fault):
                account.reject(line, None, record)
                return False
            row = row._replace(record=record)
        row, kinds = self._scanned(row) if self._config.pii in ("redact", "reject") else (row, ())
        tokens = self._tokens_of(row.encoded)
        if (kinds or tokens > self._longest) and (fault := self._unfit(kinds, tokens, account)):
            account.reject(line, None, fault)
            return False
        digest = self._digest(row)
        if not self._seen.add(digest):
            account.duplicates += 1
            return False
        pinned = digest in self._pinned
        if digest >= self._sample and not pinned:
            account.sampled_out += 1
            return False
        account.pinned += pinned
        account.accept(row.messages, tokens, tokens > self._longest)
        account.see(kinds, account.file, account.line)
        if self._config.pii == "warn":
            self._watch.add(self._text(row), account)
        self._outputs.add(Placed(digest, self._encoded(row), tokens, pinned), choice)
        return True

    def _scanned(self, row: Row) -> tuple[Row, Collection[str]]:
        """The row, and the kinds of personal data that it holds or, by the settings, held."""
        kinds = self._scanner.kinds(self._text(row))
        return (self._redacted(row) if kinds and self._config.pii == "redact" else row), kinds

    def _text(self, row: Row) -> str:
        """All that is written of a row."""
        return "\0".join([row.text, *kept.texts(row.record)]) if self._config.keep else row.text

    def _redacted(self, row: Row) -> Row:
        redact = self._scanner.redact
        messages: list[Message] = [{**one, "content": redact(one["content"])} for one in row.messages]
        return contract.row(messages, kept.replaced(row.record, redact) if self._config.keep else row.record)

    def _unfit(self, kinds: Collection[str], tokens: int, account: Account) -> Fault | None:
        """Why the settings refuse a row that keeps the contract."""
        if kinds and self._config.pii == "reject":
            account.see(kinds, account.file, account.line)
            return Fault("row.pii", "$.messages", " and ".join(kinds))
        if tokens > self._longest and self._config.too_long != "truncate":
            account.see_too_long()
            return Fault("row.too_long", "$.messages", f"{tokens:,} tokens, where {self._longest:,} can be used")
        return None

    def _encoded(self, row: Row) -> bytes:
        """The row as it is written, with the keys that are kept."""
        if not self._config.keep:
            return row.encoded
        return orjson.dumps({"messages": row.messages, **row.record}, option=orjson.OPT_APPEND_NEWLINE)
