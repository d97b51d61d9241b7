"""Which rows are the same. Deduplication, sampling and splitting all use one 64-bit digest of a row's messages."""

import re
import unicodedata
from collections.abc import Callable
from typing import Final, Literal

import xxhash

from shared.data.contract.validation import Row

BITS: Final = 64

_LOWER: Final = bytes(range(256)).lower()
_SPACE: Final = b"\t\n\v\f\r\x1c\x1d\x1e\x1f "
"""The ASCII characters that ``str.isspace`` calls space."""
_STABLE: Final = (
    r"\u00e0-\u00fe\u0153"  # small Latin letters with an accent
    r"\u0430-\u044f\u0451\u05d0-\u05ea\u0621-\u063a\u0641-\u064a"  # small Cyrillic, Hebrew, Arabic
    r"\u0905-\u0928\u0935-\u0939\u093e-\u094c\u0e01-\u0e32\u0e34-\u0e37"  # Devanagari, Thai
    r"\u3001\u3002\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3"  # Japanese, Chinese, Korean
    r"\u2013\u2014\u2018-\u201d\u2022\U0001f300-\U0001faff"  # dashes, quotation marks, emoji
)
"""Frequent characters that case folding and NFKC leave as they are, whichever characters are next to them."""
_may_change: Final = re.compile(rf"[^\x00-\x7f{_STABLE}]").search
_WIDE_SPACE: Final = "\x85\u1680\u2028\u2029"
"""The other characters that ``str.isspace`` calls space and that NFKC does not replace by an ordinary one."""


def digest(duplicates: Literal["normalised", "exact"]) -> Callable[[Row], int]:
    """The function that gives rows with the same messages the same digest, by the setting ``duplicates``; never 0."""
    return _normalised if duplicates == "normalised" else _exact


def _exact(row: Row) -> int:
    return xxhash.xxh3_64_intdigest(row.encoded) or 1


def _normalised(row: Row) -> int:
    return xxhash.xxh3_64_intdigest(normalise(row.text, row.utf8)) or 1


def normalise(text: str, utf8: bytes) -> bytes:
    """A row's text, NFKC and case folded, without white space.

    Args:
        utf8: the same text, encoded.
    """
    if text.isascii() or not _may_change(text):
        return utf8.translate(_LOWER, _SPACE)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    for space in _WIDE_SPACE:
        if space in folded:
            folded = folded.replace(space, "")
    return folded.encode().translate(None, _SPACE)
