"""What can be told of one line by itself: no other line, and no file, has a part in it. So any process can do it."""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

import orjson

from shared.data.contract import extra_keys, repair, row_digest, validation
from shared.data.contract.faults import Fault
from shared.data.contract.validation import Message, Row, check, is_blank
from shared.data.pii.scanner import Scanner
from shared.data.preparing.tokens import TokenCounter
from shared.data.reading.lines import lines
from shared.data.reading.streams import prefetched
from shared.models.config import ProjectConfig


class AcceptedRow(NamedTuple):
    """A row that may be used."""

    written: bytes
    """As it is written: its messages, and the keys that are kept."""
    digest: int
    messages: int
    tokens: int
    too_long: bool
    """Whether the trainer will cut it."""
    kinds: tuple[str, ...]
    """Personal data and secrets that are in it or, where they are redacted, were."""
    used: frozenset[str]
    """Repairs that it took."""


class RejectedLine(NamedTuple):
    """A line that breaks the contract and cannot be repaired as the settings allow, or a row that they do not want."""

    line: bytes
    fault: Fault
    kinds: tuple[str, ...] = ()
    """Personal data and secrets that it is rejected for."""


Verdict = AcceptedRow | RejectedLine | None
"""``None``: a blank line."""
Examine = Callable[[Iterable[bytes]], Iterator[Verdict]]
"""The verdict on each line of a file, by its chunks."""


class Examiner:
    """Checks, repairs, searches, measures and tells apart lines, by a project's settings."""

    def __init__(self, config: ProjectConfig, tokens: TokenCounter, max_seq_length: int | None) -> None:
        """``max_seq_length``: tokens of the longest row that is trained on whole; ``None``: not known."""
        self._config = config
        self._tokens_of = tokens.of
        self._longest = max_seq_length or sys.maxsize
        self._digest = row_digest.digest(config.duplicates)
        self._scanner = Scanner()
        self._scans: Final = config.pii != "off"

    def load(self) -> None:
        """What the first line would load: processes that are forked then share it."""
        if self._scans:
            self._scanner.kinds(b"")

    def examine(self, line: bytes) -> Verdict:
        """The verdict on a line, with or without its line end."""
        if is_blank(line):
            return None
        row = check(line)
        if isinstance(row, Row):
            return self._examined(line, row, frozenset())
        return self._repaired(line, row)

    def ahead(self, chunks: Iterable[bytes]) -> Iterator[Verdict]:
        """The verdict on each line of a file, whose next chunks a thread reads meanwhile."""
        return map(self.examine, lines(prefetched(chunks)))

    def _repaired(self, line: bytes, fault: Fault) -> Verdict:
        """Only lines that break the contract are repaired; what cannot be keeps its first fault."""
        repaired = repair.repair(validation.parsed(line, fault), self._config.repair, self._config.roles)
        row = validation.check_record(repaired.record) if repaired else fault
        if repaired is None or isinstance(row, Fault):
            return RejectedLine(line, fault)
        return self._examined(line, row, repaired.used)

    def _examined(self, line: bytes, row: Row, used: frozenset[str]) -> Verdict:
        if self._config.keep:
            record = extra_keys.picked(row.record, self._config.keep)
            if isinstance(record, Fault):
                return RejectedLine(line, record)
            row = replace(row, record=record)
        kinds = self._scanner.kinds(self._searched(row)) if self._scans else ()
        if kinds and self._config.pii == "redact":
            row = self._redacted(row)
        tokens = self._tokens_of(row.encoded)
        too_long = tokens > self._longest
        if (kinds or too_long) and (rejected := self._unwanted(line, kinds, tokens)):
            return rejected
        written = _with_kept(row) if self._config.keep else row.encoded
        return AcceptedRow(written, self._digest(row), len(row.messages), tokens, too_long, kinds, used)

    def _unwanted(self, line: bytes, kinds: tuple[str, ...], tokens: int) -> RejectedLine | None:
        """Why the settings refuse a row that keeps the contract."""
        if kinds and self._config.pii == "reject":
            return RejectedLine(line, Fault("row.pii", "$.messages", " and ".join(kinds)), kinds)
        if tokens > self._longest and self._config.too_long != "truncate":
            found = f"{tokens:,} tokens, where {self._longest:,} can be used"
            return RejectedLine(line, Fault("row.too_long", "$.messages", found))
        return None

    def _searched(self, row: Row) -> bytes:
        """All text of a row, of the keys that are kept too."""
        if not self._config.keep:
            return row.utf8
        return b"\0".join([row.utf8, *(text.encode() for text in extra_keys.texts(row.record))])

    def _redacted(self, row: Row) -> Row:
        redact = self._scanner.redact
        messages: list[Message] = [{**one, "content": redact(one["content"])} for one in row.messages]
        return validation.row(messages, extra_keys.replaced(row.record, redact) if self._config.keep else row.record)


def _with_kept(row: Row) -> bytes:
    return orjson.dumps({"messages": row.messages, **row.record}, option=orjson.OPT_APPEND_NEWLINE)
