"""What can be told of one line by itself: no other line, and no file, has a part in it. So any process can do it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

import orjson

from shared.data import contract, identity, kept, mend
from shared.data.contract import Message, Row, check, is_blank
from shared.data.faults import Fault
from shared.data.pii import Scanner
from shared.models.config import ProjectConfig


class Examined(NamedTuple):
    """A row that may be used."""

    line: bytes
    encoded: bytes
    """Its messages alone."""
    written: bytes
    """As it is written: with the keys that are kept."""
    digest: int
    messages: int
    kinds: tuple[str, ...]
    """Personal data and secrets that are in it or, where they are redacted, were."""
    used: frozenset[str]
    """Repairs that it took."""


class Refused(NamedTuple):
    """A line that breaks the contract, and cannot be mended as the settings allow."""

    line: bytes
    fault: Fault


Verdict = Examined | Refused | None
"""``None``: a blank line."""
Examine = Callable[[Iterable[bytes]], Iterator[Verdict]]
"""The verdict on each line, in their order."""


class Examiner:
    """Checks, mends, searches and tells apart lines, by a project's settings."""

    def __init__(self, config: ProjectConfig) -> None:
        self._config = config
        self._digest = identity.digest(config.duplicates)
        self._scanner: Final = None if config.pii == "off" else Scanner()

    def examine(self, line: bytes) -> Verdict:
        """The verdict on a line, with or without its line end."""
        if is_blank(line):
            return None
        row = check(line)
        if isinstance(row, Row):
            return self._examined(line, row, frozenset())
        return self._mended(line, row)

    def all(self, lines: Iterable[bytes]) -> Iterator[Verdict]:
        """The verdict on each line."""
        return map(self.examine, lines)

    def _mended(self, line: bytes, fault: Fault) -> Verdict:
        """Only lines that break the contract are repaired; what cannot be keeps its first fault."""
        mended = mend.mend(contract.parsed(line, fault), self._config.mend, self._config.roles)
        row = contract.check_record(mended.record) if mended else fault
        if mended is None or isinstance(row, Fault):
            return Refused(line, fault)
        return self._examined(line, row, mended.used)

    def _examined(self, line: bytes, row: Row, used: frozenset[str]) -> Verdict:
        if self._config.keep:
            record = kept.picked(row.record, self._config.keep)
            if isinstance(record, Fault):
                return Refused(line, record)
            row = row._replace(record=record)
        row, kinds = self._searched(row, self._scanner) if self._scanner else (row, ())
        return Examined(line, row.encoded, self._written(row), self._digest(row), len(row.messages), kinds, used)

    def _searched(self, row: Row, scanner: Scanner) -> tuple[Row, tuple[str, ...]]:
        kinds = scanner.kinds("\0".join([row.text, *kept.texts(row.record)]) if self._config.keep else row.text)
        return (self._redacted(row, scanner) if kinds and self._config.pii == "redact" else row), kinds

    def _redacted(self, row: Row, scanner: Scanner) -> Row:
        messages: list[Message] = [{**one, "content": scanner.redact(one["content"])} for one in row.messages]
        return contract.row(messages, kept.replaced(row.record, scanner.redact) if self._config.keep else row.record)

    def _written(self, row: Row) -> bytes:
        if not self._config.keep:
            return row.encoded
        return orjson.dumps({"messages": row.messages, **row.record}, option=orjson.OPT_APPEND_NEWLINE)
