"""Lines that are not JSON: what people and programs write instead."""

from tests.corpus.case import ANSWER, PAIR, USER, Case, beside, talk

_GOOD = talk(USER, ANSWER)
_TEXT = _GOOD.decode()

_OTHER_LANGUAGES = {
    "single quotes": _TEXT.replace('"', "'"),
    "a Python dict": repr({"messages": [USER, ANSWER], "id": None}),
    "Python's True": beside(b"True").decode(),
    "Python's None": beside(b"None").decode(),
    "JavaScript's undefined": beside(b"undefined").decode(),
    "a key without quotes": _TEXT.replace('"messages"', "messages"),
    "curly quotes": _TEXT.replace('"', "\u201d"),
    "escaped quotes": _TEXT.replace('"', '\\"'),
    "HTML's quotes": _TEXT.replace('"', "&quot;"),
    "quotes of CSV": '"' + _TEXT.replace('"', '""') + '"',
    "a hash with arrows": _TEXT.replace(": ", " => "),
    "equals signs": _TEXT.replace(": ", " = "),
    "YAML": "messages: [{role: user, content: Hello?}]",
    "XML": "<messages><user>Hello?</user></messages>",
    "CSV": "user,Hello?,assistant,Hello!",
    "tab separated": "Hello?\tHello!",
    "Markdown": "```json",
    "a heading": "# Chats",
    "prose": "Hello, how may I help you?",
    "a log line": f"2026-11-24 08:00:00 INFO {_TEXT}",
    "a server-sent event": f"data: {_TEXT}",
    "a line of a JSON array": f"{_TEXT},",
    "the start of a JSON array": "[",
    "the end of a JSON array": "]",
    "a template": '{"messages": {{ messages }}}',
    "a diff": f"+{_TEXT}",
    "base64": "eyJtZXNzYWdlcyI6IFtdfQ==",
    "a merge conflict": "<<<<<<< HEAD",
    "an ellipsis": '{"messages": [...]}',
    "a JavaScript call": f"push({_TEXT});",
    "a semicolon at the end": f"{_TEXT};",
}
_COMMAS_AND_BRACKETS = {
    "a comma after the last key": _TEXT[:-1] + ",}",
    "a comma after the last message": _TEXT.replace("}]", "},]"),
    "a comma at the start": "{," + _TEXT[1:],
    "two commas": _TEXT.replace(", ", ",, ", 1),
    "no comma between keys": _TEXT.replace('", "content', '" "content'),
    "no comma between messages": _TEXT.replace("}, {", "} {"),
    "no colon": _TEXT.replace('"messages":', '"messages"'),
    "two colons": _TEXT.replace('"messages":', '"messages"::'),
    "a key without value": _TEXT[:-1] + ', "id":}',
    "a value without key": _TEXT[:-1] + ', "id"}',
    "a number as key": _TEXT[:-1] + ", 1: 2}",
    "null as key": _TEXT[:-1] + ", null: 2}",
    "two objects": _TEXT + _TEXT,
    "two objects with a space": f"{_TEXT} {_TEXT}",
    "one bracket too many": f"{_TEXT}}}",
    "a list closed as an object": _TEXT.replace("]", "}"),
    "an object closed as a list": _TEXT[:-1] + "]",
    "parentheses": _TEXT.replace("[", "(").replace("]", ")"),
    "a slash comment": f"{_TEXT} // greeting",
    "a block comment": f"/* greeting */ {_TEXT}",
    "a hash comment": f"{_TEXT} # greeting",
    "text after the object": f"{_TEXT} and so on",
}
_WHERE_IT_ENDS = {
    "after the first bracket": 1,
    "within the first key": 5,
    "after the first key": len('{"messages"'),
    "after the colon": len('{"messages":'),
    "after the list's bracket": len('{"messages": ['),
    "within a role": _TEXT.index("user") + 2,
    "after a role": _TEXT.index('", "content'),
    "within a content": _TEXT.index("Hello?") + 3,
    "after a message": _TEXT.index("}") + 1,
    "after the comma": _TEXT.index("}, ") + 2,
    "before the last two brackets": len(_TEXT) - 2,
    "before the last bracket": len(_TEXT) - 1,
}
_STRAY = {
    f"the byte {byte:#04x} before the object": bytes([byte]) + _GOOD
    for byte in (0x00, 0x01, 0x0B, 0x0C, 0x1C, 0x1E, 0x7F)
}
_SPACES = {
    "a no-break space": "\u00a0",
    "a next line": "\u0085",
    "a zero-width space": "\u200b",
    "a line separator": "\u2028",
    "an ideographic space": "\u3000",
    "a byte order mark": "\ufeff",
}

BAD = [
    *(Case(name, text.encode(), "json.invalid") for name, text in (_OTHER_LANGUAGES | _COMMAS_AND_BRACKETS).items()),
    *(Case(f"it ends {name}", _GOOD[:end], "json.invalid") for name, end in _WHERE_IT_ENDS.items()),
    *(Case(name, given, "json.invalid") for name, given in _STRAY.items()),
    *(Case(f"{name} before the object", space.encode() + _GOOD, "json.invalid") for name, space in _SPACES.items()),
    *(Case(f"{name} after the object", _GOOD + space.encode(), "json.invalid") for name, space in _SPACES.items()),
]
GOOD = [
    Case("spaces around the object", b"  " + _GOOD + b"  "),
    Case("tabs around the object", b"\t" + _GOOD + b"\t"),
    Case("a carriage return at the end", _GOOD + b"\r"),
    Case("a carriage return within", _GOOD.replace(b", ", b",\r")),
    Case("no spaces", _GOOD.replace(b": ", b":").replace(b", ", b",")),
    Case("many spaces", _GOOD.replace(b" ", b"   ")),
    Case("messages last", b'{"id": 1, "messages": ' + PAIR.encode() + b"}"),
]
