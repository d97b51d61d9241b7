"""Lines as long as allowed, and longer ones."""

from shared.data.contract.validation import MAX_LINE_BYTES
from tests.corpus.case import Case, saying

_FRAME = len(saying(b""))

BAD = [
    Case("one byte too long", saying(b"a" * (MAX_LINE_BYTES + 1 - _FRAME)), "line.too_long"),
    Case("far too long", saying(b"a" * (MAX_LINE_BYTES + 100_000)), "line.too_long"),
    Case("too long and no JSON", b"a" * (MAX_LINE_BYTES + 1), "line.too_long"),
    Case("too long and no UTF-8", b"\xff" * (MAX_LINE_BYTES + 1), "line.too_long"),
    Case("too long by its spaces", saying(b"a") + b" " * MAX_LINE_BYTES, "line.too_long"),
    Case("too long and deep", b"[" * (MAX_LINE_BYTES + 1), "line.too_long"),
]
GOOD = [
    Case("as long as can be", saying(b"a" * (MAX_LINE_BYTES - _FRAME))),
    Case("as long as can be, by escapes", saying(b"\\n" * ((MAX_LINE_BYTES - _FRAME) // 2 - 1) + b"ab")),
]
