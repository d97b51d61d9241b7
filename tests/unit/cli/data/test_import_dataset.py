import json
from pathlib import Path
from typing import Any

import datasets
import pyarrow
import pytest
from pyarrow import parquet
from typer.testing import CliRunner

from cli import paths
from cli.main import app
from cli.runs.target import Target
from shared.core.resources import UPLOADS
from tests.doubles.memory import memory_ports
from tests.unit.data.rows import conversation

SIZES = {"train_sft": 400, "test_sft": 60, "train_gen": 20, "test_gen": 20}


@pytest.fixture
def ultrachat(tmp_path: Path) -> Path:
    """A folder laid out as the lesson's dataset is on the Hub."""
    folder = tmp_path / "ultrachat"
    (folder / "data").mkdir(parents=True)
    for split, size in SIZES.items():
        rows = [{"prompt": split, "prompt_id": str(number), **conversation(number)} for number in range(size)]
        parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "data" / f"{split}-00000-of-00001.parquet")
    return folder


def run_import(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["import", *map(str, arguments)])
    return result.exit_code, " ".join(result.output.split())


def lines(folder: Path, split: str) -> list[Any]:
    return [json.loads(line) for line in (folder / f"{split}.jsonl").read_bytes().splitlines()]


def test_every_split_is_imported_row_by_row(ultrachat: Path, tmp_path: Path) -> None:
    status, output = run_import(ultrachat, "--split-pc", 100, "--out", tmp_path / "out")
    assert status == 0
    assert f"400 of 400 rows written to {tmp_path / 'out' / 'train_sft.jsonl'}" in output
    assert {split: len(lines(tmp_path / "out", split)) for split in SIZES} == SIZES
    assert lines(tmp_path / "out", "test_gen")[3] == {**conversation(3), "prompt": "test_gen", "prompt_id": "3"}


def test_a_share_is_chosen_by_content_and_not_the_first_rows(ultrachat: Path, tmp_path: Path) -> None:
    assert run_import(ultrachat, "--split-pc", 20, "--out", tmp_path / "some")[0] == 0
    assert run_import(ultrachat, "--split-pc", 40, "--out", tmp_path / "more")[0] == 0
    some, more = (lines(tmp_path / name, "train_sft") for name in ("some", "more"))
    assert 40 < len(some) < 120 < len(more) < 200
    assert all(row in more for row in some)
    assert int(some[-1]["prompt_id"]) > 300
    same = {row["prompt_id"] for row in lines(tmp_path / "some", "test_sft")}
    assert same == {row["prompt_id"] for row in some if int(row["prompt_id"]) < SIZES["test_sft"]}


def test_the_splits_are_dropped_as_one_upload(ultrachat: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = memory_ports()
    monkeypatch.setattr(paths, "HOME", tmp_path / "home")
    monkeypatch.setattr(Target, "find", lambda: Target("", ""))
    monkeypatch.setattr(Target, "ports", lambda _: ports)
    status, output = run_import(ultrachat, "--split-pc", 50, "--project", "lumo")
    assert (status, "Dropped uploads/lumo/ultrachat" in output) == (0, True)
    blobs = {blob.path: ports.blobs.read(UPLOADS, blob.path) for blob in ports.blobs.within(UPLOADS)}
    assert blobs.keys() == {f"lumo/ultrachat/{name}" for name in ("train.jsonl", "test.jsonl", "_READY")}
    imported = tmp_path / "home" / "imports" / "ultrachat"
    assert blobs["lumo/ultrachat/train.jsonl"] == (imported / "train_sft.jsonl").read_bytes()


def test_other_shapes_and_packed_files_are_converted(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    rows = b"".join(b'{"question": "%d?", "answer": "!"}\n' % number for number in range(3))
    (tmp_path / "set" / "train.jsonl.zst").write_bytes(pyarrow.compress(rows, "zstd", asbytes=True))
    assert run_import(tmp_path / "set", "--split-pc", 100, "--out", tmp_path / "out")[0] == 0
    assert lines(tmp_path / "out", "train")[2]["messages"][0] == {"role": "user", "content": "2?"}


def test_a_dataset_without_a_chat_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "train.csv").write_text("text,label\nhello,1\n")
    status, output = run_import(tmp_path / "set", "--split-pc", 100, "--out", tmp_path / "out")
    assert status == 1
    assert "It holds no chat (row 1: no conversation in a known shape): choose another dataset" in output
    assert not (tmp_path / "out").exists()


def test_a_hub_that_cannot_be_reached_is_reported_with_what_to_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise ConnectionError("Couldn't reach the Hub")

    monkeypatch.setattr(datasets, "load_dataset", unreachable)
    status, output = run_import("--out", tmp_path / "out")
    assert status == 1
    assert "'HuggingFaceH4/ultrachat_200k' cannot be read: Couldn't reach the Hub. Check its name, --subset" in output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([__file__], "is a file. Convert it: tunedrop convert"),
        (["set", "--project", "No Project"], "cannot be the name of a project"),
        (["set", "--split-pc", "101"], "--split-pc"),
    ],
)
def test_wrong_arguments_are_refused_at_once(arguments: list[str], message: str) -> None:
    status, output = run_import(*arguments)
    assert (status, message in output) == (1, True)
