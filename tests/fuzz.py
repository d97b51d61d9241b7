"""Uploads of every kind of nonsense, and what must hold of whatever is made of them.

``python -m tests.fuzz --minutes 10`` makes them until the time is over; an upload is made from one number, so that
``--seed`` makes it again.
"""

import argparse
import base64
import gzip
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import orjson

from shared.data.contract import extra_keys, malformed
from shared.data.contract.validation import LONGEST_LINE, Row, check, is_blank
from shared.data.pii.scanner import Scanner
from shared.data.preparing import splits
from shared.data.preparing.prepare import REJECTED, Part, prepare
from shared.models.config import ProjectConfig
from shared.models.receipt import Figures
from tests import corpus, oracle
from tests.corpus.case import beside, saying
from tests.progress import progress
from tests.unit.data.rows import valid

_GOOD = valid(40)
_SMALL = [case.line for case in (*corpus.BAD, *corpus.GOOD) if len(case.line) < 2000]
_PRIVATE = [
    beside(b'"mail ada@example.com"'),
    saying(b"ada@example.com, 4111 1111 1111 1111, +44 20 7946 0958"),
    saying(b"My key is\\nsk-aB3dE5fG7hJ9kL2mN4pQ6rS8\\tand 84.112.33.7"),
]
_DEEP = [beside(b"[" * levels + b"]" * levels) for levels in (253, 254, 1000)]
_TOKENS = (
    *(
        b'"',
        b"\\",
        b"\\u",
        b"\\ud83d",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\n",
        b"\r",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
    ),
    *(
        b"NaN",
        b"1e999",
        b"null",
        b'"messages"',
        b'"role"',
        b'"user"',
        b'"assistant"',
        b'"content": ""',
        b"\xe2\x80\xa8",
    ),
)
_scanner = Scanner()
_SETTINGS: dict[str, list[Any]] = {
    "duplicates": ["exact", "normalised"],
    "sample_pc": [100, 100, 30],
    "repair": [[], ["merge_turns", "drop_leading_assistant", "drop_trailing_user", "strip_blank_turns"]],
    "roles": [{}, {"customer": "user", "agent": "assistant"}],
    "keep": [[], ["prompt_id", "extra"]],
    "pii": ["off", "warn", "redact", "reject"],
    "too_long": ["truncate", "drop", "reject"],
}


@dataclass(frozen=True)
class Upload:
    """One file, what stands beside it, and how it is prepared."""

    data: bytes
    packed: bool
    config: ProjectConfig
    max_seq_length: int | None
    pinned: list[bytes]
    """Evaluation rows of the project."""
    earlier: bytes
    """An earlier upload that is trained on as well."""

    @classmethod
    def of(cls, seed: int) -> "Upload":
        chance = random.Random(seed)
        data = _mutated(chance, b"".join(_lines(chance)))
        packed = chance.random() < 0.2
        if packed:
            data = gzip.compress(data, 1, mtime=0)
            data = _mutated(chance, data) if chance.random() < 0.5 else data
        settings = {name: chance.choice(values) for name, values in _SETTINGS.items()}
        config = ProjectConfig.model_validate(settings)
        pinned = chance.sample(_GOOD, chance.choice([0, 0, 5]))
        earlier = b"".join(_lines(chance)) if chance.random() < 0.2 else b""
        return cls(data, packed, config, chance.choice([None, 20, 40]), pinned, earlier)

    def prepared(self, size: int) -> tuple[Figures, dict[str, bytes]]:
        """What is made of it where it is read in chunks of ``size`` bytes."""
        chunks = [self.data[start : start + size] for start in range(0, len(self.data), size)]
        sinks = {name: BytesIO() for name in (*splits.NAMES, REJECTED)}
        figures = prepare(
            [Part(chunks, packed=self.packed)],
            self.config,
            sinks,
            evaluation_rows=self.pinned,
            earlier=[Part([self.earlier])],
            max_seq_length=self.max_seq_length,
        )
        return figures, {name: sink.getvalue() for name, sink in sinks.items()}


def _lines(chance: random.Random) -> Iterator[bytes]:
    yield chance.choice([b"", b"", b"\xef\xbb\xbf"])
    for _ in range(chance.randrange(60)):
        line = chance.choice(chance.choice([_GOOD, _GOOD, _GOOD, _SMALL, _SMALL, _PRIVATE, _DEEP]))
        yield line if chance.random() < 0.9 else chance.randbytes(chance.randrange(20))
        yield b"\r\n" if chance.random() < 0.1 else b"\n"


def _mutated(chance: random.Random, data: bytes) -> bytes:
    for _ in range(chance.choice([0, 0, 1, 3, 10])):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.randrange(1, 9))
        new = chance.choice([b"", data[at:end] * 2, chance.choice(_TOKENS), chance.randbytes(2), bytes(2)])
        data = data[:at] + new + data[end:]
    return data


def examine(upload: Upload) -> None:
    """Prepare an upload, and see that all holds that must."""
    figures, files = upload.prepared(1 << 16)
    damaged = upload.packed and figures.refusal is not None  # how far it can be unpacked hangs on the chunks
    again = upload.prepared(1 << 16 if damaged else 97)
    assert (figures, files) == again, "the same bytes were prepared differently"
    _examine_account(figures, files)
    _examine_pins(upload.pinned, files)
    for row in b"".join(files[name] for name in splits.NAMES).splitlines(keepends=True):
        _examine_row(row)
        if upload.config.pii in ("redact", "reject"):
            texts = (text.encode() for text in extra_keys.texts(orjson.loads(row)))
            assert not any(map(_scanner.kinds, texts)), "personal data is left"
    if not upload.packed:
        _examine_lines(upload.data, figures, files[REJECTED])


def _examine_account(figures: Figures, files: dict[str, bytes]) -> None:
    assert figures.lines == figures.accepted + figures.rejected + figures.duplicates + figures.sampled_out
    rows = [row for name in splits.NAMES for row in files[name].splitlines()]
    assert len(rows) == len(set(rows)) == figures.train_rows + figures.validation_rows + figures.test_rows
    assert len(rows) == figures.accepted + figures.earlier_rows
    assert figures.accepted == sum(figures.turns.counts) == sum(figures.row_tokens.counts)
    assert figures.rejected == len(files[REJECTED].splitlines()) == sum(figures.reasons.values())
    assert Figures.model_validate_json(figures.model_dump_json()) == figures


def _examine_pins(pinned: list[bytes], files: dict[str, bytes]) -> None:
    """Evaluation rows are never trained on."""
    evaluated = {orjson.dumps(orjson.loads(row)["messages"]) for row in pinned}
    trained = [orjson.loads(row)["messages"] for name in ("train", "validation") for row in files[name].splitlines()]
    assert evaluated.isdisjoint(map(orjson.dumps, trained))


def _examine_row(row: bytes) -> None:
    assert orjson.loads(row) == json.loads(row)
    again = check(row)
    assert isinstance(again, Row)
    assert row.startswith(again.encoded.rstrip(b"}\n"))


def _examine_lines(data: bytes, figures: Figures, rejected: bytes) -> None:
    """Of each line: that the contract's second implementation agrees, and that it is kept where it is bad."""
    *lines, last = data.split(b"\n")
    lines = [*lines, last] if last else lines
    lines[:1] = [first.removeprefix(b"\xef\xbb\xbf") for first in lines[:1]]
    assert figures.blank == sum(map(is_blank, lines))
    assert figures.lines + figures.blank == len(lines)
    for line in lines:
        if not is_blank(line) and malformed.depth(line) <= oracle.READABLE:
            assert isinstance(check(line), Row) == oracle.accepts(line), line
    for bad in map(json.loads, rejected.splitlines()):
        kept = bad["raw"].encode() if "raw" in bad else base64.b64decode(bad["raw_base64"])
        assert kept == lines[bad["line"] - 1][: LONGEST_LINE + 1]


def run(seed: int, seconds: float) -> int:
    """Examine uploads until the time is over; returns how many there were."""
    end = time.monotonic() + seconds
    made = 0
    with progress("uploads") as advance:
        while time.monotonic() < end:
            try:
                examine(Upload.of(seed + made))
            except BaseException:
                print(f"Make it again with: python -m tests.fuzz --seed {seed + made} --minutes 0.001", file=sys.stderr)
                raise
            made += 1
            advance()
    return made


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Prepare uploads of every kind of nonsense.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()) * 1000)
    asked = parser.parse_args()
    print(f"{run(asked.seed, asked.minutes * 60):,} uploads from seed {asked.seed} were prepared as they must be.")
