import base64
import gzip
import hashlib
import json
import random
from collections import Counter
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.data.preparing import prepare as module
from shared.data.preparing import selector, splits
from shared.data.preparing.prepare import REJECTED, UploadFile, prepare
from shared.data.preparing.rejects import PROBLEMS_SHOWN
from shared.data.preparing.tokens import TokenCounter
from shared.models.config import ProjectConfig, SplitConfig
from shared.models.receipt import Figures
from tests.unit.data.rows import conversation, hostile_lines, line, message, upload, valid

Files = dict[str, bytes]


def run(
    data: bytes, split: SplitConfig | None = None, gzipped: bool = False, size: int = 1000
) -> tuple[Figures, Files]:
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    sinks = {name: BytesIO() for name in (*splits.NAMES, REJECTED)}
    figures = prepare([UploadFile(chunks, gzipped=gzipped)], ProjectConfig(split=split or SplitConfig()), sinks)
    return figures, {name: sink.getvalue() for name, sink in sinks.items()}


def split_by_row(files: Files) -> dict[bytes, str]:
    return {row: name for name in splits.NAMES for row in files[name].splitlines()}


def rows_of(prepared: Figures) -> dict[str, int]:
    return {"train": prepared.train_rows, "validation": prepared.validation_rows, "test": prepared.test_rows}


def rejects(files: Files) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[REJECTED].splitlines()]


@given(st.lists(hostile_lines, max_size=60))
def test_every_line_is_counted_once_and_outputs_parse_again(lines: list[bytes]) -> None:
    prepared, files = run(upload(*lines))
    assert prepared.lines + prepared.blank == len(lines)
    assert prepared.lines == prepared.accepted + prepared.rejected + prepared.duplicates
    rows = split_by_row(files)
    assert prepared.accepted == len(rows) == sum(rows_of(prepared).values())
    assert all(json.loads(row)["messages"] for row in rows)
    assert prepared.rejected == len(rejects(files))


@given(st.lists(hostile_lines, max_size=40), st.integers(1, 500))
def test_the_same_upload_gives_the_same_files_byte_for_byte(lines: list[bytes], size: int) -> None:
    data = upload(*valid(12), *lines)
    assert run(data, size=size) == run(data)


@given(st.randoms(use_true_random=False), st.integers(1, 100))
def test_appending_and_reordering_moves_no_row(chance: random.Random, more: int) -> None:
    lines = valid(300)
    before = split_by_row(run(upload(*lines))[1])
    chance.shuffle(lines)
    after = split_by_row(run(upload(*valid(more, start=1000), *lines))[1])
    assert before.items() <= after.items()


@given(st.lists(st.integers(0, 10), min_size=1, max_size=30))
def test_duplicates_are_removed_whatever_their_spelling(numbers: list[int]) -> None:
    lines = valid(20)
    again = [json.dumps({"id": index, **conversation(number)}).encode() for index, number in enumerate(numbers)]
    prepared, files = run(upload(*lines, *again))
    assert prepared.duplicates == len(numbers)
    assert len(split_by_row(files)) == prepared.accepted == len(lines)


def test_the_reported_problems_are_the_planted_ones() -> None:
    good = valid(40)
    planted = {
        4: (b"{oops", "json.invalid", "$"),
        9: (line({"messages": [message("user", "Hello?")]}), "role.last", "$.messages[0].role"),
        10: (b'{"messages": "\xff"}', "encoding.invalid", "$"),
        23: (line({"conversations": []}), "messages.missing", "$.messages"),
        31: (line({"messages": [message("user", " "), message("assistant", "Hi")]}), "content.blank", None),
        40: (b'{"a": NaN}', "json.number", "$"),
        44: (b"[]", "record.not_object", "$"),
    }
    lines = [planted[number][0] if number in planted else good.pop() for number in range(1, 45)]
    prepared, files = run(upload(*lines))
    expected = [(number, reason, path or "$.messages[0].content") for number, (_, reason, path) in planted.items()]
    assert [(problem.line, problem.reason, problem.path) for problem in prepared.problems] == expected
    assert [(reject["line"], reject["reason"], reject["path"]) for reject in rejects(files)] == expected
    assert all(reject["hint"] for reject in rejects(files))


def test_rejected_lines_are_written_as_they_came() -> None:
    _, files = run(upload(b"{not json\r", b"\xff\xfe"))
    text, binary = rejects(files)
    assert text["raw"] == "{not json\r"
    assert base64.b64decode(binary["raw_base64"]) == b"\xff\xfe"


def test_the_list_of_problems_is_capped_and_the_total_is_exact() -> None:
    prepared, files = run(b"oops\n" * (PROBLEMS_SHOWN + 50) + b"[]\n")
    assert Counter(problem.reason for problem in prepared.problems) == {
        "json.invalid": PROBLEMS_SHOWN,
        "record.not_object": 1,
    }
    assert prepared.rejected == len(rejects(files)) == PROBLEMS_SHOWN + 51


@pytest.mark.parametrize(
    "data", [upload(*valid(30)), b"\xef\xbb\xbf" + b"\r\n".join(valid(30)), b"\n\n".join(valid(30)) + b"\n\n"]
)
def test_line_ends_and_a_byte_order_mark_do_not_matter(data: bytes) -> None:
    prepared, files = run(data)
    assert prepared.rejected == 0
    assert files == run(upload(*valid(30)))[1]


@pytest.mark.parametrize("held_out", [SplitConfig(validation=1, test=1), SplitConfig(validation=40, test=40)])
def test_twelve_rows_are_enough_for_any_shares(held_out: SplitConfig) -> None:
    prepared, _ = run(upload(*valid(12)), held_out)
    assert prepared.refusal is None
    assert rows_of(prepared) == {"train": 10, "validation": 1, "test": 1}


@pytest.mark.parametrize(
    ("data", "problem"), [(upload(*valid(11)), "Only 11 rows are usable"), (b"", "No row is usable")]
)
def test_too_few_rows_are_rejected_with_the_figures(data: bytes, problem: str) -> None:
    prepared, _ = run(data)
    assert prepared.refusal is not None
    assert prepared.refusal.startswith(problem)
    assert "At least 12 are needed: 10 for training, 1 for validation and 1 for testing." in prepared.refusal


def test_gzip_gives_the_same_rows_and_the_hash_of_the_uploaded_file() -> None:
    data = upload(*valid(30))
    packed = gzip.compress(data)
    prepared, files = run(packed, gzipped=True)
    assert files == run(data)[1]
    assert (prepared.sha256, prepared.size) == (hashlib.sha256(packed).hexdigest(), len(packed))


def test_damaged_gzip_is_rejected_but_hashed_whole() -> None:
    data = b"not gzip at all" * 1000
    prepared, _ = run(data, gzipped=True)
    assert prepared.refusal is not None
    assert "not valid gzip" in prepared.refusal
    assert prepared.sha256 == hashlib.sha256(data).hexdigest()


def test_reading_stops_at_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    data = upload(*valid(50))
    monkeypatch.setattr(selector, "MAX_LINES", 20)
    prepared, _ = run(data)
    assert prepared.lines == 20
    assert "more than 20 lines" in (prepared.refusal or "")
    monkeypatch.setattr(module, "MAX_BYTES", 2000)
    prepared, _ = run(gzip.compress(data), gzipped=True)
    assert "larger than" in (prepared.refusal or "")
    assert prepared.sha256 == hashlib.sha256(gzip.compress(data)).hexdigest()


def test_tokens_are_those_of_the_training_rows() -> None:
    prepared, files = run(upload(*valid(100)))
    assert prepared.tokens == sum(map(TokenCounter().count, files["train"].splitlines(keepends=True)))
    assert prepared.tokens_are == "estimated"
