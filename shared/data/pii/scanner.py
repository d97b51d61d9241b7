"""Finds personal data and secrets in text, and replaces them with placeholders; it never quotes them.

One pass of RE2's set of patterns, in time linear in the text whatever that contains, clears most texts. Only where a
pattern matches are its candidates examined.
"""

from functools import cache
from typing import Any

from shared.data.pii.kinds import CONTEXT_BYTES, KINDS


class Scanner:
    """Looks for all ``KINDS``; RE2 is loaded with the first text."""

    def kinds(self, text: bytes) -> tuple[str, ...]:
        """Names of the kinds that occur in ``text`` (UTF-8), each once."""
        matching = _screen().Match(text)
        return self._redact(text, matching)[1] if matching else ()

    def redact(self, text: str) -> str:
        """``text`` with placeholders such as ``[email]`` instead of personal data and secrets."""
        data = text.encode()
        matching = _screen().Match(data)
        return self._redact(data, matching)[0].decode() if matching else text

    def _redact(self, data: bytes, matching: list[int]) -> tuple[bytes, tuple[str, ...]]:
        """The redacted data, and the kinds in it. Kinds take turns: a phone number within a key is part of the key."""
        names = []
        for index in sorted(matching):
            redacted = self._redact_kind(index, data)
            if redacted != data:
                names.append(KINDS[index].name)
            data = redacted
        return data, tuple(names)

    def _redact_kind(self, index: int, data: bytes) -> bytes:
        pieces, end = [], 0
        name, _, confirm = KINDS[index]
        for match in _patterns()[index].finditer(data):
            start, _ = match.span(match.lastindex or 0)
            if confirmed := confirm(match[match.lastindex or 0], data[max(0, start - CONTEXT_BYTES) : start]):
                pieces += [data[end:start], f"[{name}]".encode()]
                end = start + len(confirmed)
        return b"".join([*pieces, data[end:]])


@cache
def _screen() -> Any:
    """Compiled once in a process: that takes longer than scanning a small upload."""
    import re2

    screen = re2.Set.SearchSet(_byte_options())
    for kind in KINDS:
        screen.Add(kind.pattern)
    screen.Compile()
    return screen


@cache
def _patterns() -> list[Any]:
    import re2

    return [re2.compile(kind.pattern, _byte_options()) for kind in KINDS]


def _byte_options() -> Any:
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return options
