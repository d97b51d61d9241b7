"""How many tokens a row will be trained on: estimated from its bytes, better where a tokenizer is at hand."""

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson
import xxhash

from shared.core.errors import TunedropError

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
AT_FIRST: Final = 100
"""The first rows, all of them counted."""
_OF_A_SCRIPT: Final = 20
"""The first rows of each script, counted whatever the sample holds by then."""
_ONE_IN: Final = 32

_ASCII_BYTES: Final = bytes(range(128))
_FOLLOWING_BYTES: Final = bytes(range(0x80, 0xC0))
_LATIN: Final = (b"\xc3", b"\xc4", b"\xc5")
"""First bytes of UTF-8 for U+00C0 to U+017F."""
_SCRIPTS: Final = b"\xc2\xc6\xce\xd0\xd4\xd8\xe0\xe1\xe2\xe3\xe4\xea\xee\xf0"
"""First bytes of UTF-8 with which other scripts begin: Latin, Greek, Cyrillic, …, Chinese, Korean, emoji."""

_LONG: Final = 2048
"""Bytes of a row from which on a part of it is looked at."""
_STEP: Final = 13
"""Every so many bytes: no multiple of the bytes that a character has."""

Quality = Literal["estimated", "calibrated", "exact"]


class _Sample:
    """The rows of one script that were counted."""

    def __init__(self) -> None:
        self.rows = 0
        self.exact = self.guessed = 0.0


class TokenCounter:
    """Counts tokens of rows.

    Without a tokenizer, from bytes by script. With one, the first rows, the first ones of each script and a sample
    by hash of all others are counted exactly; for each script, that corrects the estimate of the rest by their ratio.

    Args:
        tokenizer: a ``tokenizer.json`` of Hugging Face's ``tokenizers``.
        sample: rows that it counts; ``None`` for all of them.

    Raises:
        TunedropError: the file is no tokenizer.
    """

    def __init__(self, tokenizer: Path | None = None, sample: int | None = SAMPLE) -> None:
        self._tokenizer = _load(tokenizer) if tokenizer else None
        self._most = sample
        self._samples = [_Sample() for _ in range(len(_SCRIPTS) + 1)]
        self._rows = self._counted = self._bytes = 0

    def of(self, row: bytes) -> int:
        """Tokens of an encoded row."""
        self._rows += 1
        script, guess = _measured(row)
        if self._tokenizer is None:
            return round(guess)
        sample = self._samples[script]
        if self._is_sampled(row, sample):
            return self._count(row, guess, sample)
        return round(guess * sample.exact / sample.guessed)

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

    def _is_sampled(self, row: bytes, sample: _Sample) -> bool:
        if self._most is None or sample.rows < _OF_A_SCRIPT:
            return True
        if self._counted >= self._most or self._bytes >= SAMPLE_BYTES:
            return False
        return self._counted < AT_FIRST or xxhash.xxh3_64_intdigest(row) % _ONE_IN == 0

    def _count(self, row: bytes, guess: float, sample: _Sample) -> int:
        count = self.exact(orjson.loads(row)["messages"]) or 0
        self._counted += 1
        self._bytes += len(row)
        sample.rows += 1
        sample.exact += count
        sample.guessed += guess
        return count


def estimate(row: bytes) -> float:
    """Tokens of an encoded row, by the scripts that its bytes are of."""
    return _measured(row)[1]


def _measured(row: bytes) -> tuple[int, float]:
    """The script of the first character beyond ASCII, as a number, and the estimate."""
    if row.isascii():
        return 0, len(row) * ASCII
    looked_at = row if len(row) < _LONG else row[::_STEP]
    wide = looked_at.translate(None, _ASCII_BYTES)
    first = wide.translate(None, _FOLLOWING_BYTES)
    guess = (len(looked_at) - len(wide)) * ASCII + len(wide) * WIDE + sum(map(first.count, _LATIN)) * ACCENT
    return bisect_right(_SCRIPTS, first[0]) if first else 0, guess * len(row) / len(looked_at)


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
