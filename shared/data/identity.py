"""Which rows are the same. Deduplication, splits and sampling all go by one 64-bit digest of a row's messages."""

import unicodedata
from collections.abc import Callable
from typing import Final, Literal

import xxhash

from shared.data.contract import Row

BITS: Final = 64

_LOWER: Final = bytes(range(256)).lower()
_SPACE: Final = b"\t\n\v\f\r\x1c\x1d\x1e\x1f "
"""What ``str.isspace`` calls space among the ASCII characters."""
_WIDE_SPACE: Final = "\x85\u1680\u2028\u2029"
"""And what it calls so beyond them; NFKC makes ordinary spaces of all others."""


def digest(duplicates: Literal["normalised", "exact"]) -> Callable[[Row], int]:
    """The digest that rows with the same messages share, by the setting ``duplicates``; never 0."""
    return _normalised if duplicates == "normalised" else _exact


def _exact(row: Row) -> int:
    return xxhash.xxh3_64_intdigest(row.encoded) or 1


def _normalised(row: Row) -> int:
    return xxhash.xxh3_64_intdigest(normal(row.text, row.utf8)) or 1


def normal(text: str, utf8: bytes) -> bytes:
    """A row's text without case, white space and differences of Unicode form (NFKC, case folded)."""
    if text.isascii():
        return utf8.translate(_LOWER, _SPACE)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    for space in _WIDE_SPACE:
        if space in folded:
            folded = folded.replace(space, "")
    return folded.encode().translate(None, _SPACE)
