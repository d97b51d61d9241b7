"""Duplicate keys, and keys that only look like duplicates."""

from tests.corpus.case import PAIR, Case, beside

_TWICE = {
    "a key": (b'{"a": 1, "a": 2}', ""),
    "a key with the same value": (b'{"a": 1, "a": 1}', ""),
    "a key three times": (b'{"a": 1, "b": 2, "a": 3, "a": 4}', ""),
    "an empty key": (b'{"": 1, "": 2}', ""),
    "a key spelled with an escape": (b'{"a": 1, "\\u0061": 2}', ""),
    "a key spelled with other escapes": (b'{"\\u00e9": 1, "\\u00E9": 2}', ""),
    "a key with and without an escape": (b'{"\xc3\xa9": 1, "\\u00e9": 2}', ""),
    "a key with an escaped slash": (b'{"a/b": 1, "a\\/b": 2}', ""),
    "a key with an escaped quote": (b'{"\\"": 1, "\\"": 2}', ""),
    "a key with a backslash": (b'{"\\\\": 1, "\\\\": 2}', ""),
    "an emoji and its pair": (b'{"\xf0\x9f\x98\x80": 1, "\\ud83d\\ude00": 2}', ""),
    "a key of an inner object": (b'{"b": {"a": 1, "a": 2}}', ".b"),
    "a key within a list": (b'[{"a": 1}, {"a": 1, "a": 2}]', "[1]"),
    "a key within lists": (b'[[[{"a": 1, "a": 2}]]]', "[0][0][0]"),
    "a key within an odd key": (b'{"what is it?": {"a": 1, "a": 2}}', "[?]"),
    "keys of two objects": (b'[{"a": 1, "a": 2}, {"b": 1, "b": 2}]', "[0]"),
}
_MESSAGES = {
    "messages twice": (b'{"messages": ' + PAIR.encode() + b', "messages": ' + PAIR.encode() + b"}", "$"),
    "messages twice, the first empty": (b'{"messages": [], "messages": ' + PAIR.encode() + b"}", "$"),
    "messages spelled with an escape": (b'{"messages": ' + PAIR.encode() + b', "\\u006dessages": []}', "$"),
    "a role twice": (
        b'{"messages": ' + PAIR.replace('"user"', '"user", "role": "user"').encode() + b"}",
        "$.messages[0]",
    ),
    "a content twice": (
        b'{"messages": ' + PAIR.replace('"Hello!"', '"Hello!", "content": "Bye!"').encode() + b"}",
        "$.messages[1]",
    ),
    "a key of a message twice": (
        b'{"messages": ' + PAIR.replace('"Hello!"', '"Hello!", "name": "a", "name": "b"').encode() + b"}",
        "$.messages[1]",
    ),
    "a key twice in what is no conversation": (b'[{"a": 1, "a": 2}]', "$[0]"),
}

BAD = [
    *(
        Case(f"{name} twice, ignored", beside(value), "json.duplicate_key", f"$.extra{at}")
        for name, (value, at) in _TWICE.items()
    ),
    *(Case(name, given, "json.duplicate_key", path) for name, (given, path) in _MESSAGES.items()),
]
GOOD = [
    Case("a key in two objects", beside(b'[{"a": 1}, {"a": 2}]')),
    Case("a key in the object of the same key", beside(b'{"extra": {"extra": 1}}')),
    Case("keys that differ in case", beside(b'{"a": 1, "A": 2}')),
    Case("keys that differ in form alone", beside('{"\u00e9": 1, "e\u0301": 2}'.encode())),
    Case("a key like its value", beside(b'{"a": "a", "b": "a"}')),
    Case("quotes and backslashes in values", beside(b'{"a": "\\"a\\": 1, \\\\", "b": "\\\\\\""}')),
    Case("messages within another key", beside(b'{"messages": [], "role": "user"}')),
]
