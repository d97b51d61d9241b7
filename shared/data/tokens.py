"""How many tokens a row will be trained on: estimated from its bytes, better where a tokenizer is at hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson
import xxhash

from shared.errors import TunedropError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

ASCII: Final = 0.22
"""Tokens for each ASCII byte of an encoded row; the JSON's punctuation stands for the template's marks.

This and the next two: measured by ``python -m scripts.measure_tokens`` on SmolLM2's tokenizer, an English one.
"""
WIDE: Final = 0.58
"""Tokens for each byte of a character beyond ASCII: Cyrillic 0.4, Arabic 0.5, Chinese 0.65, Korean 0.9."""
ACCENT: Final = 2.9
"""Tokens that a Latin letter with an accent costs beyond that: it breaks its word."""
MESSAGE: Final = 5
"""Tokens that a chat template adds to each message: two marks, the role, two line ends."""

SAMPLE: Final = 200
"""Rows that a tokenizer counts, to correct the estimate of the others."""
SAMPLE_BYTES: Final = 2**20
"""Most bytes of such rows: a tokenizer reads about 1 MB a second."""
_AT_FIRST: Final = 100
_ONE_IN: Final = 32

_ASCII_BYTES: Final = bytes(range(128))
_LATIN: Final = (b"\xc3", b"\xc4", b"\xc5")
"""First bytes of UTF-8 for U+00C0 to U+017F."""

Quality = Literal["estimated", "calibrated", "exact"]


class TokenCounter:
    """Counts tokens of rows.

    Without a tokenizer, from bytes by script. With one, the first rows and a sample by hash of those that follow
    are counted exactly, which corrects the estimate of all others by their ratio.

    Args:
        tokenizer: a ``tokenizer.json`` of Hugging Face's ``tokenizers``.
        sample: rows that it counts; ``None`` for all of them.

    Raises:
        TunedropError: the file is no tokenizer.
    """

    def __init__(self, tokenizer: Path | None = None, sample: int | None = SAMPLE) -> None:
        self._tokenizer = _load(tokenizer) if tokenizer else None
        self._sample = sample
        self._rows = self._counted = self._bytes = 0
        self._exact = self._estimated = 0.0

    def of(self, row: bytes) -> int:
        """Tokens of an encoded row."""
        self._rows += 1
        guess = estimate(row)
        if self._tokenizer is not None and self._is_sampled(row):
            return self._count(row, guess)
        return round(guess * self._exact / self._estimated if self._counted else guess)

    def exact(self, messages: Sequence[dict[str, Any]]) -> int | None:
        """Tokens of a conversation, exactly; ``None`` without a tokenizer."""
        if self._tokenizer is None:
            return None
        found = self._tokenizer.encode_batch_fast(
            [message["content"] for message in messages], add_special_tokens=False
        )
        return sum(map(len, found)) + MESSAGE * len(messages)

    @property
    def quality(self) -> Quality:
        """How the tokens of the rows so far were found."""
        if not self._counted:
            return "estimated"
        return "exact" if self._counted == self._rows else "calibrated"

    def _is_sampled(self, row: bytes) -> bool:
        if self._sample is None:
            return True
        if self._counted >= self._sample or self._bytes >= SAMPLE_BYTES:
            return False
        return self._counted < _AT_FIRST or xxhash.xxh3_64_intdigest(row) % _ONE_IN == 0

    def _count(self, row: bytes, guess: float) -> int:
        count = self.exact(orjson.loads(row)["messages"]) or 0
        self._counted += 1
        self._bytes += len(row)
        self._exact += count
        self._estimated += guess
        return count


def estimate(row: bytes) -> float:
    """Tokens of an encoded row, by the scripts that its bytes are of."""
    if row.isascii():
        return len(row) * ASCII
    wide = row.translate(None, _ASCII_BYTES)
    accents = sum(map(wide.count, _LATIN)) if 2 * len(wide) < len(row) else 0
    return (len(row) - len(wide)) * ASCII + len(wide) * WIDE + accents * ACCENT


def _load(file: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises nothing more precise
        raise TunedropError(
            f"{file} is no tokenizer: {error}.", "Name a tokenizer.json, as a model brings along."
        ) from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
