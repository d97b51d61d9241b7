"""Which rows are the same. Deduplication, splits and sampling all go by one 64-bit digest of a row's messages."""

import re
import unicodedata
from collections.abc import Callable
from typing import Final, Literal

import xxhash

from shared.data.contract.validation import Row

BITS: Final = 64

_LOWER: Final = bytes(range(256)).lower()
_SPACE: Final = b"\t\n\v\f\r\x1c\x1d\x1e\x1f "
"""What ``str.isspace`` calls space among the ASCII characters."""
_SETTLED: Final = (
    r"\u00e0-\u00fe\u0153"  # small Latin letters with an accent
    r"\u0430-\u044f\u0451\u05d0-\u05ea\u0621-\u063a\u0641-\u064a"  # small Cyrillic, Hebrew, Arabic
    r"\u0905-\u0928\u0935-\u0939\u093e-\u094c\u0e01-\u0e32\u0e34-\u0e37"  # Devanagari, Thai
    r"\u3001\u3002\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3"  # Japanese, Chinese, Korean
    r"\u2013\u2014\u2018-\u201d\u2022\U0001f300-\U0001faff"  # dashes, quotation marks, emoji
)
"""Frequent characters that have no other case to fold to and stay as they are in NFKC, whatever stands beside them."""
_may_change: Final = re.compile(rf"[^\x00-\x7f{_SETTLED}]").search
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
    if text.isascii() or not _may_change(text):
        return utf8.translate(_LOWER, _SPACE)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    for space in _WIDE_SPACE:
        if space in folded:
            folded = folded.replace(space, "")
    return folded.encode().translate(None, _SPACE)
