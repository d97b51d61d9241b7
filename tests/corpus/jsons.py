"""Numbers, literals, escapes and nesting on which parsers disagree, also under ignored keys."""

from tests.corpus.case import Case, beside, saying

_NO_NUMBERS = (
    *("01", "-01", "00", "+1", ".5", "-.5", "1.", "1.e3", "1e", "1e+", "-", "--1", "1-1", "0x10", "0b1", "0o7"),
    *("1_000", "1,000", "1 000", "1f", "1n", "\u0663", "\u00bd", "1/2", "$1", "50%", "2026-11-24", "1.2.3"),
)
_NOT_FINITE = ("NaN", "Infinity", "-Infinity", "1e309", "-1e309", "1e999", "1e99999", "9" * 400, "-" + "9" * 5000)
_NO_LITERALS = (
    "nan",
    "inf",
    "-inf",
    "-NaN",
    "+Infinity",
    "infinity",
    "TRUE",
    "Null",
    "nil",
    "tru",
    "nulls",
    "yes",
    "'a'",
)
_LARGE = (
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    "9" * 300,
    "1e308",
    "1e-999",
    "-0",
    "0.1" + "0" * 500,
)

_NO_ESCAPES = {
    "a hexadecimal escape": b"\\x41",
    "an octal escape": b"\\101",
    "an escaped apostrophe": b"\\'",
    "an escaped space": b"\\ ",
    "an escape of the bell": b"\\a",
    "a long escape": b"\\U0001F600",
    "an escape with braces": b"\\u{1F600}",
    "an escape of three digits": b"\\u123 ",
    "an escape of no digits": b"\\u",
    "an escape of other letters": b"\\uZZZZ",
    "an escape with a sign": b"\\u+123",
    "a backslash at the end": b"\\",
    "a folder of Windows": b"C:\\data\\chats",
}
_HALVES = {
    "the first half of a pair": b"\\ud83d",
    "the second half of a pair": b"\\ude00",
    "a pair the wrong way round": b"\\ude00\\ud83d",
    "two first halves": b"\\ud83d\\ud83d",
    "half a pair and an emoji": b"\\ud83d\xf0\x9f\x98\x80",
    "half a pair and a letter": b"\\ud83da",
    "half a pair and another escape": b"\\ud83d\\n",
    "half a pair in capitals": b"\\uD83D",
    "the lowest half": b"\\ud800",
    "the highest half": b"\\udfff",
}
_CONTROLS = [*range(0x00, 0x0A), *range(0x0B, 0x20)]
"""All except the line feed, which ends the line."""


def _nested(levels: int, opened: bytes, closed: bytes) -> bytes:
    return opened * levels + closed * levels


def _surrogate(name: str, given: bytes) -> Case:
    return Case(name, given, "json.surrogate")


BAD = [
    *(Case(f"{text} as a number", beside(text.encode()), "json.invalid") for text in _NO_NUMBERS),
    *(Case(f"{text[:12]} as a number", beside(text.encode()), "json.number") for text in _NOT_FINITE),
    *(Case(f"{text} as a value", beside(text.encode()), "json.invalid") for text in _NO_LITERALS),
    *(Case(f"{name} in content", saying(escape), "json.invalid") for name, escape in _NO_ESCAPES.items()),
    *(_surrogate(f"{name} in content", saying(half)) for name, half in _HALVES.items()),
    *(_surrogate(f"{name} in an ignored value", beside(b'"' + half + b'"')) for name, half in _HALVES.items()),
    *(_surrogate(f"{name} in an ignored key", beside(b"1", b'"' + half + b'"')) for name, half in _HALVES.items()),
    *(Case(f"raw control character {code:#04x}", saying(b"a" + bytes([code])), "json.invalid") for code in _CONTROLS),
    Case("1,025 lists", _nested(1025, b"[", b"]"), "json.too_deep"),
    Case("1,025 levels in an ignored key", beside(_nested(1024, b"[", b"]")), "json.too_deep"),
    Case("1,025 objects", _nested(1025, b'{"a":', b"}").replace(b":}", b":1}"), "json.too_deep"),
    Case("lists and objects in turn", _nested(600, b'[{"a":', b"}]").replace(b":}", b":1}"), "json.too_deep"),
    Case("100,000 brackets that are never closed", b"[" * 100_000, "json.too_deep"),
    Case("100,000 objects that are never closed", b'{"a":' * 100_000, "json.too_deep"),
    Case("900 brackets that are never closed", b"[" * 900, "json.invalid"),
    Case("closing brackets alone", b"]" * 5000, "json.invalid"),
]
GOOD = [
    *(Case(f"{text[:24]} in an ignored key", beside(text.encode())) for text in _LARGE),
    Case("1,024 levels", beside(_nested(1023, b"[", b"]"))),
    Case("1,024 levels of objects", beside(_nested(1023, b'{"a":', b"}").replace(b":}", b":1}"))),
    Case("brackets within text", saying(b"[{" * 3000)),
    Case("all short escapes", saying(b'\\" \\\\ \\/ \\b \\f \\n \\r \\t')),
    Case("a whole pair", saying(b"\\ud83d\\ude00")),
    Case("a pair in capitals", saying(b"\\uD83D\\uDE00")),
    Case("an escaped backslash before a u", saying(b"\\\\ud83d")),
    Case("an escaped control character", saying(b"\\u0007 rings")),
    Case("a delete character", saying(b"a\x7f")),
]
