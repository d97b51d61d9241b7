"""Prepares uploads of every kind of nonsense, and checks what must hold for the results.

``python -m tests.fuzz --minutes 10`` does so until the time is over. Each upload is made from one number, so that
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
from shared.data.contract.validation import MAX_LINE_BYTES, Row, check, is_blank
from shared.data.pii.scanner import Scanner
from shared.data.preparing import splits
from shared.data.preparing.prepare import REJECTED, UploadFile, prepare
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
    """One file, the files that are prepared with it, and the settings."""

    data: bytes
    gzipped: bool
    config: ProjectConfig
    max_seq_length: int | None
    evaluation_rows: list[bytes]
    """Those of the project."""
    earlier: bytes
    """An earlier upload that is trained on as well."""

    @classmethod
    def from_seed(cls, seed: int) -> "Upload":
        chance = random.Random(seed)
        data = _mutate(chance, b"".join(_lines(chance)))
        gzipped = chance.random() < 0.2
        if gzipped:
            data = gzip.compress(data, 1, mtime=0)
            data = _mutate(chance, data) if chance.random() < 0.5 else data
        settings = {name: chance.choice(values) for name, values in _SETTINGS.items()}
        config = ProjectConfig.model_validate(settings)
        evaluation_rows = chance.sample(_GOOD, chance.choice([0, 0, 5]))
        earlier = b"".join(_lines(chance)) if chance.random() < 0.2 else b""
        return cls(data, gzipped, config, chance.choice([None, 20, 40]), evaluation_rows, earlier)

    def prepare(self, size: int) -> tuple[Figures, dict[str, bytes]]:
        """The figures and files of the upload, read in chunks of ``size`` bytes."""
        chunks = [self.data[start : start + size] for start in range(0, len(self.data), size)]
        sinks = {name: BytesIO() for name in (*splits.NAMES, REJECTED)}
        figures = prepare(
            [UploadFile(chunks, gzipped=self.gzipped)],
            self.config,
            sinks,
            evaluation_rows=self.evaluation_rows,
            earlier=[UploadFile([self.earlier])],
            max_seq_length=self.max_seq_length,
        )
        return figures, {name: sink.getvalue() for name, sink in sinks.items()}


def _lines(chance: random.Random) -> Iterator[bytes]:
    yield chance.choice([b"", b"", b"\xef\xbb\xbf"])
    for _ in range(chance.randrange(60)):
        line = chance.choice(chance.choice([_GOOD, _GOOD, _GOOD, _SMALL, _SMALL, _PRIVATE, _DEEP]))
        yield line if chance.random() < 0.9 else chance.randbytes(chance.randrange(20))
        yield b"\r\n" if chance.random() < 0.1 else b"\n"


def _mutate(chance: random.Random, data: bytes) -> bytes:
    for _ in range(chance.choice([0, 0, 1, 3, 10])):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.randrange(1, 9))
        new = chance.choice([b"", data[start:end] * 2, chance.choice(_TOKENS), chance.randbytes(2), bytes(2)])
        data = data[:start] + new + data[end:]
    return data


def verify(upload: Upload) -> None:
    """Prepare an upload, and check the results.

    Raises:
        AssertionError: they are wrong.
    """
    figures, files = upload.prepare(1 << 16)
    damaged = upload.gzipped and figures.refusal is not None  # chunks decide how far a damaged file can be unpacked
    again = upload.prepare(1 << 16 if damaged else 97)
    assert (figures, files) == again, "the same bytes were prepared differently"
    _verify_figures(figures, files)
    _verify_evaluation_rows(upload.evaluation_rows, files)
    for row in b"".join(files[name] for name in splits.NAMES).splitlines(keepends=True):
        _verify_row(row)
        if upload.config.pii in ("redact", "reject"):
            texts = (text.encode() for text in extra_keys.strings(orjson.loads(row)))
            assert not any(map(_scanner.kinds, texts)), "personal data is left"
    if not upload.gzipped:
        _verify_lines(upload.data, figures, files[REJECTED])


def _verify_figures(figures: Figures, files: dict[str, bytes]) -> None:
    assert figures.lines == figures.accepted + figures.rejected + figures.duplicates + figures.sampled_out
    rows = [row for name in splits.NAMES for row in files[name].splitlines()]
    assert len(rows) == len(set(rows)) == figures.train_rows + figures.validation_rows + figures.test_rows
    assert len(rows) == figures.accepted + figures.earlier_rows
    assert figures.accepted == sum(figures.turns.counts) == sum(figures.row_tokens.counts)
    assert figures.rejected == len(files[REJECTED].splitlines()) == sum(figures.reasons.values())
    assert Figures.model_validate_json(figures.model_dump_json()) == figures


def _verify_evaluation_rows(rows: list[bytes], files: dict[str, bytes]) -> None:
    """Evaluation rows are never trained on."""
    evaluated = {orjson.dumps(orjson.loads(row)["messages"]) for row in rows}
    trained = [orjson.loads(row)["messages"] for name in ("train", "validation") for row in files[name].splitlines()]
    assert evaluated.isdisjoint(map(orjson.dumps, trained))


def _verify_row(row: bytes) -> None:
    assert orjson.loads(row) == json.loads(row)
    again = check(row)
    assert isinstance(again, Row)
    assert row.startswith(again.encoded.rstrip(b"}\n"))


def _verify_lines(data: bytes, figures: Figures, rejected: bytes) -> None:
    """The second implementation of the contract agrees on each line, and rejected lines are written as they came."""
    *lines, last = data.split(b"\n")
    lines = [*lines, last] if last else lines
    lines[:1] = [first.removeprefix(b"\xef\xbb\xbf") for first in lines[:1]]
    assert figures.blank == sum(map(is_blank, lines))
    assert figures.lines + figures.blank == len(lines)
    for line in lines:
        if not is_blank(line) and malformed.depth(line) <= oracle.READABLE:
            assert isinstance(check(line), Row) == oracle.accepts(line), line
    for reject in map(json.loads, rejected.splitlines()):
        raw = reject["raw"].encode() if "raw" in reject else base64.b64decode(reject["raw_base64"])
        assert raw == lines[reject["line"] - 1][: MAX_LINE_BYTES + 1]


def run(seed: int, seconds: float) -> int:
    """Verify uploads until the time is over; returns how many there were."""
    end = time.monotonic() + seconds
    count = 0
    with progress("uploads") as advance:
        while time.monotonic() < end:
            try:
                verify(Upload.from_seed(seed + count))
            except BaseException:
                print(f"Repeat it with: python -m tests.fuzz --seed {seed + count} --minutes 0.001", file=sys.stderr)
                raise
            count += 1
            advance()
    return count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Prepare uploads of every kind of nonsense, and check the results.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()) * 1000)
    args = parser.parse_args()
    print(f"{run(args.seed, args.minutes * 60):,} uploads from seed {args.seed} on were prepared correctly.")
