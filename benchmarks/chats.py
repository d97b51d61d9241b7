"""Generates chat data for benchmarks: conversations like ultrachat's, about 6.5 kB each, the same for the same seed.

The words are made up, in several scripts; about a tenth of the text is not ASCII. Of a hundred lines, one is
invalid and one is a copy of an earlier one. Their JSON is formatted in several ways.
"""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import orjson

Record = dict[str, Any]

_POOL: Final = 300_000
"""Characters of text of each kind that conversations are cut from."""
_COPIES: Final = 500
"""Lines that a copy is chosen from."""

_LATIN: Final = "ba be bo ca ce co da de di en er es fa fi ga ha he in is la le li lo ma me mi na ne no on or ra"
_ALPHABETS: Final = {
    "english": [
        *_LATIN.split(),
        *[
            "re",
            "ri",
            "ro",
            "sa",
            "se",
            "si",
            "so",
            "ta",
            "te",
            "ti",
            "to",
            "th",
            "un",
            "ur",
            "va",
            "ve",
            "wa",
            "we",
            "wi",
            "ing",
            "tion",
            "ly",
        ],
    ],
    "accented": [*_LATIN.split(), *["é", "è", "ê", "ü", "ö", "ä", "ñ", "ß", "ç", "œ", "ø"]],
    "cyrillic": [chr(letter) for letter in range(0x430, 0x450)],
    "devanagari": [chr(letter) + chr(sign) for letter in range(0x915, 0x929) for sign in (0x93E, 0x940, 0x947)],
    "chinese": [chr(letter) for letter in range(0x4E00, 0x5200)],
    "arabic": [chr(letter) for letter in range(0x627, 0x63B)],
}
_SHARES: Final = {"english": 84, "accented": 6, "cyrillic": 3, "devanagari": 2, "chinese": 3, "arabic": 2}
"""Percent of the conversations."""


class Chats:
    """Generates lines.

    Args:
        seed: the same seed gives the same lines.
        hostile: whether some invalid lines are not even JSON, or do not fit into a table; other tools stop at those.
    """

    def __init__(self, seed: int, hostile: bool = False) -> None:
        self._chance = random.Random(seed)  # noqa: S311
        self._texts = {name: self._text(parts) for name, parts in _ALPHABETS.items()}
        self._faults = [*_BROKEN, *_HOSTILE] if hostile else _BROKEN
        self._number = 0
        self._earlier: list[bytes] = []

    def line(self) -> bytes:
        """The next line, without its end."""
        draw = self._chance.random()
        if draw < 0.01:
            return self._chance.choice(self._faults)(self._record())
        if draw < 0.02 and self._earlier:
            return self._chance.choice(self._earlier)
        line = self._encode(self._record())
        if len(self._earlier) < _COPIES:
            self._earlier.append(line)
        return line

    def _record(self) -> Record:
        self._number += 1
        text = self._texts[self._chance.choices(list(_SHARES), list(_SHARES.values()))[0]]
        question = f"{self._cut(text, 300)} #{self._number}"
        messages = [{"role": "system", "content": self._cut(text, 120)}] if self._chance.random() < 0.05 else []
        for turn in range(self._chance.choice((2, 3, 3, 4, 4, 4, 5))):
            messages.append({"role": "user", "content": self._cut(text, 120) if turn else question})
            messages.append({"role": "assistant", "content": self._cut(text, 1480)})
        return {"prompt": question, "messages": messages, "prompt_id": f"{self._chance.getrandbits(256):064x}"}

    def _cut(self, text: str, mean: int) -> str:
        length = max(10, int(mean * self._chance.lognormvariate(-0.18, 0.6)))
        if not text.isascii():
            length = 10 + length * 1000 // len(text[:1000].encode())
        start = self._chance.randrange(len(text) - length)
        return text[start : start + length].strip() or "Well."

    def _text(self, parts: list[str]) -> str:
        """Paragraphs, lists and quotes, as a model writes them."""
        chance = self._chance
        words = ["".join(chance.choices(parts, k=chance.choice((1, 2, 2, 3, 3, 4)))) for _ in range(4000)]
        sentences: list[str] = []
        size = 0
        while size < _POOL:
            chosen = chance.choices(words, k=chance.randint(4, 18))
            chosen[0] = chosen[0].capitalize()
            if chance.random() < 0.1:
                chosen[-1] = f'"{chosen[-1]}"'
            end = chance.choice((". ", ". ", ", and so on. ", "? ", ":\n\n1. ", ".\n\n", ".\n- "))
            sentence = " ".join(chosen) + end
            sentences.append(sentence)
            size += len(sentence)
        return "".join(sentences)

    def _encode(self, record: Record) -> bytes:
        draw = self._chance.random()
        if draw < 0.9:
            return orjson.dumps(record)
        return json.dumps(record, ensure_ascii=draw < 0.95).encode()


def write(path: Path, size: int, seed: int = 1, hostile: bool = False) -> None:
    """Write lines until the file has at least ``size`` bytes."""
    chats = Chats(seed, hostile)
    with path.open("wb", buffering=2**20) as file:
        while file.tell() < size:
            file.write(chats.line() + b"\n")


def _with(change: Callable[[Record], Any]) -> Callable[[Record], bytes]:
    def broken(record: Record) -> bytes:
        change(record)
        return orjson.dumps(record)

    return broken


def _message(role: str, content: str = "Hello.") -> Record:
    return {"role": role, "content": content}


_BROKEN: Final = [
    _with(lambda record: record["messages"][0].update(role="human")),
    _with(lambda record: record["messages"].insert(1, _message("user"))),
    _with(lambda record: record["messages"].append(_message("user"))),
    _with(lambda record: record["messages"].insert(0, _message("assistant"))),
    _with(lambda record: record["messages"].insert(2, _message("system"))),
    _with(lambda record: record["messages"][-1].update(content="")),
    _with(lambda record: record["messages"][-1].update(content=" \n\t\u00a0\u200b")),
    _with(lambda record: record["messages"][-1].update(content="a\0b")),
    _with(lambda record: record["messages"].clear()),
    _with(lambda record: record.update(messages=[_message("system")])),
]
"""Conversations that break the contract."""

_HOSTILE: Final = [
    lambda record: orjson.dumps(record)[:-40],
    lambda record: orjson.dumps(record).replace(b'"content":"', b'"content":"\xff', 1),
    lambda record: orjson.dumps(record).replace(b'"content":"', b'"content":"\x01', 1),
    lambda record: orjson.dumps(record).replace(b'"content":"', b'"content":"\\ud800', 1),
    lambda record: orjson.dumps(record)[:-1] + b',"score":NaN}',
    lambda record: orjson.dumps(record)[:-1] + b',"prompt":"again"}',
    lambda record: orjson.dumps(record)[:-1] + b',"deep":' + b"[" * 1500 + b"]" * 1500 + b"}",
    lambda record: orjson.dumps([record]),
    lambda record: orjson.dumps(record) + b" {}",
    _with(lambda record: record["messages"][-1].update(content=None)),
    _with(lambda record: record["messages"][-1].update(content=[{"type": "text", "text": "Hello."}])),
    _with(lambda record: record.update(messages="Hello.")),
    _with(lambda record: record.pop("messages")),
]
"""Lines that parsers reject, or that do not fit into a table."""
