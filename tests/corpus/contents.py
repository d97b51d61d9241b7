"""Contents that are not text, or that are invisible text."""

from typing import Any

from tests.corpus.case import ANSWER, SYSTEM, USER, Case, saying, talk, values
from tests.unit.data.rows import message

_BLANK = {
    "nothing": "",
    "a space": " ",
    "many spaces": " " * 500,
    "line feeds": "\n\n",
    "a tab": "\t",
    "a carriage return": "\r\n",
    "a form feed": "\f",
    "a NUL": "\0",
    "a control character": "\x07",
    "an escape character": "\x1b",
    "a delete": "\x7f",
    "a next line": "\u0085",
    "a no-break space": "\u00a0",
    "a soft hyphen": "\u00ad",
    "a grapheme joiner": "\u034f",
    "an Arabic letter mark": "\u061c",
    "a Hangul filler": "\u3164",
    "a Hangul filler of half width": "\uffa0",
    "an initial filler": "\u115f",
    "an ogham space": "\u1680",
    "a Khmer vowel that is not seen": "\u17b4",
    "a Mongolian separator": "\u180e",
    "an em space": "\u2003",
    "a zero-width space": "\u200b",
    "a joiner": "\u200d",
    "a mark from right to left": "\u200f",
    "a line separator": "\u2028",
    "an override of direction": "\u202e",
    "a narrow no-break space": "\u202f",
    "a word joiner": "\u2060",
    "an invisible times": "\u2062",
    "an isolate": "\u2066",
    "an empty Braille cell": "\u2800",
    "an ideographic space": "\u3000",
    "a variation selector": "\ufe0f",
    "a byte order mark": "\ufeff",
    "an annotation mark": "\ufff9",
    "a tag": "\U000e0041",
    "a selector of the supplement": "\U000e0100",
    "several that are not seen": " \u200b\n\ufeff\u00a0\t\u2060",
}
_PARTS: dict[str, Any] = {
    "a text part": [{"type": "text", "text": "Hello!"}],
    "a picture": [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}],
    "several parts": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
    "an object with parts": {"parts": ["Hello!"]},
}

BAD = [
    *(
        Case(f"{name} as content", talk(USER, message("assistant", text)), "content.blank", "$.messages[1].content")
        for name, text in _BLANK.items()
    ),
    Case("a blank question", talk(message("user", " "), ANSWER), "content.blank", "$.messages[0].content"),
    Case("a blank system message", talk(message("system", ""), USER, ANSWER), "content.blank", "$.messages[0].content"),
    Case(
        "a blank turn in the middle",
        talk(USER, message("assistant", ""), USER, ANSWER),
        "content.blank",
        "$.messages[1].content",
    ),
    *(
        Case(f"{name} as content", talk(USER, message("assistant", value)), "content.not_text", "$.messages[1].content")
        for name, value in (values("an empty string", "text") | _PARTS).items()
    ),
    Case("null as the question", talk(message("user", None), ANSWER), "content.not_text", "$.messages[0].content"),
    Case(
        "a number as the system message",
        talk(message("system", 1), USER, ANSWER),
        "content.not_text",
        "$.messages[0].content",
    ),
    Case("no content", talk(USER, {"role": "assistant"}), "content.missing", "$.messages[1].content"),
    Case("no content of the question", talk({"role": "user"}, ANSWER), "content.missing", "$.messages[0].content"),
    Case(
        "text, not content",
        talk({"role": "user", "text": "Hello?"}, ANSWER),
        "content.missing",
        "$.messages[0].content",
    ),
    Case(
        "content in capitals",
        talk({"role": "user", "Content": "Hello?"}, ANSWER),
        "content.missing",
        "$.messages[0].content",
    ),
    Case("a NUL within text", saying(b"a\\u0000b"), "content.nul", "$.messages[1].content"),
    Case("a NUL at the end", saying(b"Hello!\\u0000"), "content.nul", "$.messages[1].content"),
    Case(
        "a NUL in the system message",
        talk(message("system", "\0a"), USER, ANSWER),
        "content.nul",
        "$.messages[0].content",
    ),
    Case("no role and no content come second", talk(USER, ANSWER, {}), "role.missing", "$.messages[2].role"),
]
GOOD = [
    Case("one letter", talk(USER, message("assistant", "a"))),
    Case("a full stop", talk(USER, message("assistant", "."))),
    Case("a letter among what is not seen", talk(USER, message("assistant", "\u200b\u00a0a\ufeff"))),
    Case("a combining accent alone", talk(USER, message("assistant", "\u0301"))),
    Case("a heart with its selector", talk(USER, message("assistant", "\u2764\ufe0f"))),
    Case("JSON as text", talk(USER, message("assistant", '{"messages": []}'))),
    Case("null as text", talk(USER, message("assistant", "null"))),
    Case("marks of a template", talk(USER, message("assistant", "<|im_end|>"))),
    Case("the question as the answer", talk(USER, message("assistant", "Hello?"))),
    Case("a system message", talk(SYSTEM, USER, ANSWER)),
    Case("two hundred turns", talk(*[USER, ANSWER] * 100)),
    Case("a name", talk(USER | {"name": "Ada"}, ANSWER)),
    Case("a weight of 1", talk(USER, ANSWER | {"weight": 1})),
    Case("a weight of 1.0", talk(USER, ANSWER | {"weight": 1.0})),
    Case("no calls", talk(USER, ANSWER | {"tool_calls": [], "function_call": None})),
    Case("content before role", talk({"content": "Hello?", "role": "user"}, ANSWER)),
]
