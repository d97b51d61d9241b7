"""Lines at the limit of their length and beyond."""

from shared.data.contract.validation import LONGEST_LINE
from tests.corpus.case import Case, saying

_FRAME = len(saying(b""))

BAD = [
    Case("one byte too long", saying(b"a" * (LONGEST_LINE + 1 - _FRAME)), "line.too_long"),
    Case("far too long", saying(b"a" * (LONGEST_LINE + 100_000)), "line.too_long"),
    Case("too long and no JSON", b"a" * (LONGEST_LINE + 1), "line.too_long"),
    Case("too long and no UTF-8", b"\xff" * (LONGEST_LINE + 1), "line.too_long"),
    Case("too long by its spaces", saying(b"a") + b" " * LONGEST_LINE, "line.too_long"),
    Case("too long and deep", b"[" * (LONGEST_LINE + 1), "line.too_long"),
]
GOOD = [
    Case("as long as can be", saying(b"a" * (LONGEST_LINE - _FRAME))),
    Case("as long as can be, by escapes", saying(b"\\n" * ((LONGEST_LINE - _FRAME) // 2 - 1) + b"ab")),
]
