"""How many tokens a row will be trained on: estimated from its bytes, or more exactly with a tokenizer."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import orjson
import xxhash

from shared.core.errors import TunedropError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

ASCII: Final = 0.22
"""Tokens for each ASCII byte of an encoded row; the JSON's punctuation stands for the template's marks.

This constant and the next two were measured by ``python -m scripts.measure_tokens`` on SmolLM2's tokenizer, an
English one.
"""
WIDE: Final = 0.58
"""Tokens for each byte of a character beyond ASCII: Cyrillic 0.4, Arabic 0.5, Chinese 0.65, Korean 0.9."""
ACCENT: Final = 2.9
"""Additional tokens for a Latin letter with an accent, because it splits its word."""
MESSAGE: Final = 5
"""Tokens that a chat template adds to each message: two marks, the role, two line ends."""

SAMPLE_ROWS: Final = 200
"""Rows that a tokenizer counts, to correct the estimate of the others."""
SAMPLE_BYTES: Final = 2**20
"""Limit of the sample in bytes: a tokenizer reads about 1 MB a second."""
FIRST_ROWS: Final = 100
"""So many first rows are all counted."""
_FIRST_OF_SCRIPT: Final = 20
"""So many first rows of each script are counted even if the sample is full."""
_ONE_IN: Final = 32
"""Of the other rows, one in so many is counted."""

_ASCII_BYTES: Final = bytes(range(128))
_CONTINUATION_BYTES: Final = bytes(range(0x80, 0xC0))
_LATIN: Final = (b"\xc3", b"\xc4", b"\xc5")
"""First bytes of UTF-8 for U+00C0 to U+017F."""
_SCRIPTS: Final = b"\xc2\xc6\xce\xd0\xd4\xd8\xe0\xe1\xe2\xe3\xe4\xea\xee\xf0"
"""First bytes of UTF-8 at which scripts begin: Latin, Greek, Cyrillic, …, Chinese, Korean, emoji."""

_LONG_ROW: Final = 2048
"""Bytes from which on only a part of a row is examined."""
_STEP: Final = 13
"""That part is one byte in so many: not a multiple of the bytes that a character may have."""

Quality = Literal["estimated", "calibrated", "exact"]
"""How tokens were counted: estimated from bytes, corrected by a counted sample, or all counted by a tokenizer."""


class _Sample:
    """The counted rows of one script."""

    def __init__(self) -> None:
        self.rows = 0
        self.exact = self.estimated = 0.0


class TokenCounter:
    """Counts tokens of rows.

    Without a tokenizer, it estimates them from bytes by script. With one, it counts the first rows, the first rows of
    each script and a sample by hash of all others. The ratio of counted to estimated tokens of a script then corrects
    the estimates for that script's other rows.

    Args:
        tokenizer: a ``tokenizer.json`` of Hugging Face's ``tokenizers``; ``None``: estimate.
        sample: rows to count with it; ``None``: all.

    Raises:
        TunedropError: the file is not a tokenizer.
    """

    def __init__(self, tokenizer: Path | None = None, sample: int | None = SAMPLE_ROWS) -> None:
        self._tokenizer = _load(tokenizer) if tokenizer else None
        self._max_rows = sample
        self._samples = [_Sample() for _ in range(len(_SCRIPTS) + 1)]
        self._rows = self._counted = self._bytes = 0

    def count(self, row: bytes) -> int:
        """Tokens of an encoded row."""
        self._rows += 1
        script, tokens = _estimate(row)
        if self._tokenizer is None:
            return round(tokens)
        sample = self._samples[script]
        if self._is_sampled(row, sample):
            return self._count_sampled(row, tokens, sample)
        return round(tokens * sample.exact / sample.estimated)

    def count_exactly(self, messages: Sequence[Mapping[str, str]]) -> int | None:
        """Tokens of a conversation by the tokenizer; ``None``: there is none."""
        if self._tokenizer is None:
            return None
        contents = [message["content"] for message in messages]
        encodings = self._tokenizer.encode_batch_fast(contents, add_special_tokens=False)
        return sum(map(len, encodings)) + MESSAGE * len(messages)

    @property
    def quality(self) -> Quality:
        """How the tokens of the rows so far were counted."""
        if not self._counted:
            return "estimated"
        return "exact" if self._counted == self._rows else "calibrated"

    def _is_sampled(self, row: bytes, sample: _Sample) -> bool:
        if self._max_rows is None or sample.rows < _FIRST_OF_SCRIPT:
            return True
        if self._counted >= self._max_rows or self._bytes >= SAMPLE_BYTES:
            return False
        return self._counted < FIRST_ROWS or xxhash.xxh3_64_intdigest(row) % _ONE_IN == 0

    def _count_sampled(self, row: bytes, estimated: float, sample: _Sample) -> int:
        count = self.count_exactly(orjson.loads(row)["messages"]) or 0
        self._counted += 1
        self._bytes += len(row)
        sample.rows += 1
        sample.exact += count
        sample.estimated += estimated
        return count


def estimate(row: bytes) -> float:
    """Tokens of an encoded row, estimated from its bytes by their scripts."""
    return _estimate(row)[1]


def _estimate(row: bytes) -> tuple[int, float]:
    """The script of the first character beyond ASCII, as an index of samples, and the estimated tokens."""
    if row.isascii():
        return 0, len(row) * ASCII
    part = row if len(row) < _LONG_ROW else row[::_STEP]
    wide = part.translate(None, _ASCII_BYTES)
    first = wide.translate(None, _CONTINUATION_BYTES)
    tokens = (len(part) - len(wide)) * ASCII + len(wide) * WIDE + sum(map(first.count, _LATIN)) * ACCENT
    return bisect_right(_SCRIPTS, first[0]) if first else 0, tokens * len(row) / len(part)


def _load(file: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises nothing more precise
        raise TunedropError(
            f"'{file}' is not a tokenizer: {error}.", "Give the tokenizer.json file of a model."
        ) from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
