"""Finds personal data and secrets in text, and replaces them; what was found is never quoted.

One pass of RE2's set of patterns, linear in the text whatever that holds, clears most texts. Only where a pattern
hits, its candidates are looked at.
"""

from functools import cache
from typing import Any

from shared.data.pii.kinds import BEFORE, KINDS


class Scanner:
    """Looks for all ``KINDS``; RE2 is loaded with the first text."""

    def kinds(self, text: bytes) -> tuple[str, ...]:
        """Names of the kinds that ``text``, in UTF-8, holds, each once."""
        hits = _screen().Match(text)
        return self._replaced(text, hits)[1] if hits else ()

    def redact(self, text: str) -> str:
        """``text`` with a placeholder like ``[email]`` for everything that was found."""
        data = text.encode()
        hits = _screen().Match(data)
        return self._replaced(data, hits)[0].decode() if hits else text

    def _replaced(self, data: bytes, hits: list[int]) -> tuple[bytes, tuple[str, ...]]:
        """What is left of ``data``, and what was found: a phone number in a key is part of the key."""
        names = []
        for index in sorted(hits):
            left = self._without(index, data)
            if left != data:
                names.append(KINDS[index].name)
            data = left
        return data, tuple(names)

    def _without(self, index: int, data: bytes) -> bytes:
        pieces, end = [], 0
        name, _, part = KINDS[index]
        for match in _patterns()[index].finditer(data):
            start, _ = match.span(match.lastindex or 0)
            if counted := part(match[match.lastindex or 0], data[max(0, start - BEFORE) : start]):
                pieces += [data[end:start], f"[{name}]".encode()]
                end = start + len(counted)
        return b"".join([*pieces, data[end:]])


@cache
def _screen() -> Any:
    """Compiled once in a process: that takes longer than a small upload does."""
    import re2

    screen = re2.Set.SearchSet(_of_bytes())
    for kind in KINDS:
        screen.Add(kind.pattern)
    screen.Compile()
    return screen


@cache
def _patterns() -> list[Any]:
    import re2

    return [re2.compile(kind.pattern, _of_bytes()) for kind in KINDS]


def _of_bytes() -> Any:
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return options
