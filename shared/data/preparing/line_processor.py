"""Everything that depends on one line alone, not on other lines or files. So any process can do it."""

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
from shared.data.reading.streams import prefetch
from shared.models.config import ProjectConfig


class AcceptedRow(NamedTuple):
    """A row that may be used."""

    encoded: bytes
    """The row as it is written: its messages, and the extra keys to keep."""
    digest: int
    messages: int
    tokens: int
    too_long: bool
    """Whether the trainer will cut it."""
    pii_kinds: tuple[str, ...]
    """Personal data and secrets in it; if they are redacted, those that were in it."""
    repairs: frozenset[str]
    """Repairs that it needed."""


class RejectedLine(NamedTuple):
    """A line that breaks the contract and cannot be repaired, or a row that the settings exclude."""

    line: bytes
    fault: Fault
    pii_kinds: tuple[str, ...] = ()
    """Personal data and secrets that it is rejected for."""


LineResult = AcceptedRow | RejectedLine | None
"""``None``: a blank line."""
ProcessLines = Callable[[Iterable[bytes]], Iterator[LineResult]]
"""From the chunks of a file to the result for each of its lines, in their order."""


class LineProcessor:
    """Validates, repairs, scans, measures and digests lines, by a project's settings.

    Args:
        config: the settings.
        tokens: counts the tokens of rows.
        max_seq_length: tokens of the longest row that is trained on whole; ``None``: not known.
    """

    def __init__(self, config: ProjectConfig, tokens: TokenCounter, max_seq_length: int | None) -> None:
        self._config = config
        self._count_tokens = tokens.count
        self._max_tokens = max_seq_length or sys.maxsize
        self._digest = row_digest.digest(config.duplicates)
        self._scanner = Scanner()
        self._scans: Final = config.pii != "off"

    def load(self) -> None:
        """Load now what the first line would load, so that processes forked later share it."""
        if self._scans:
            self._scanner.kinds(b"")

    def process(self, line: bytes) -> LineResult:
        """The result for a line, with or without its line end."""
        if is_blank(line):
            return None
        row = check(line)
        if isinstance(row, Row):
            return self._process_row(line, row, frozenset())
        return self._repair(line, row)

    def process_file(self, chunks: Iterable[bytes]) -> Iterator[LineResult]:
        """The result for each line of a file; a thread reads the next chunks meanwhile."""
        return map(self.process, lines(prefetch(chunks)))

    def _repair(self, line: bytes, fault: Fault) -> LineResult:
        """The result for an invalid line; one that cannot be repaired keeps its first fault."""
        repaired = repair.repair(validation.parse_rejected(line, fault), self._config.repair, self._config.roles)
        row = validation.check_record(repaired.record) if repaired else fault
        if repaired is None or isinstance(row, Fault):
            return RejectedLine(line, fault)
        return self._process_row(line, row, repaired.repairs)

    def _process_row(self, line: bytes, row: Row, repairs: frozenset[str]) -> LineResult:
        if self._config.keep:
            record = extra_keys.select(row.record, self._config.keep)
            if isinstance(record, Fault):
                return RejectedLine(line, record)
            row = replace(row, record=record)
        pii_kinds = self._scanner.kinds(self._text_to_scan(row)) if self._scans else ()
        if pii_kinds and self._config.pii == "redact":
            row = self._redact(row)
        tokens = self._count_tokens(row.encoded)
        too_long = tokens > self._max_tokens
        if (pii_kinds or too_long) and (rejected := self._exclude(line, pii_kinds, tokens)):
            return rejected
        encoded = _encode_with_extra_keys(row) if self._config.keep else row.encoded
        return AcceptedRow(encoded, self._digest(row), len(row.messages), tokens, too_long, pii_kinds, repairs)

    def _exclude(self, line: bytes, pii_kinds: tuple[str, ...], tokens: int) -> RejectedLine | None:
        """The rejection of a valid row that the settings exclude; ``None``: they accept it."""
        if pii_kinds and self._config.pii == "reject":
            return RejectedLine(line, Fault("row.pii", "$.messages", ", ".join(pii_kinds)), pii_kinds)
        if tokens > self._max_tokens and self._config.too_long != "truncate":
            detail = f"{tokens:,} tokens, more than the limit of {self._max_tokens:,}"
            return RejectedLine(line, Fault("row.too_long", "$.messages", detail))
        return None

    def _text_to_scan(self, row: Row) -> bytes:
        """All text of a row, including that in extra keys."""
        if not self._config.keep:
            return row.utf8
        return b"\0".join([row.utf8, *(text.encode() for text in extra_keys.strings(row.record))])

    def _redact(self, row: Row) -> Row:
        redact = self._scanner.redact
        messages: list[Message] = [{**message, "content": redact(message["content"])} for message in row.messages]
        record = extra_keys.replace_strings(row.record, redact) if self._config.keep else row.record
        return validation.encode_row(messages, record)


def _encode_with_extra_keys(row: Row) -> bytes:
    return orjson.dumps({"messages": row.messages, **row.record}, option=orjson.OPT_APPEND_NEWLINE)
