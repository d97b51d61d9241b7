import gzip
import os
import signal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import paths
from cli.data import uploads
from cli.main import app
from shared.data.preparing import prepare as module
from shared.data.preparing import splits
from shared.data.preparing.line_processor import LineProcessor
from shared.data.preparing.prepare import REJECTED, UploadFile
from shared.models.config import ProjectConfig
from shared.models.receipt import Receipt
from tests import receipts
from tests.unit.data.rows import upload, valid

WRITTEN = {"train.jsonl", "validation.jsonl", "test.jsonl", "rejected.jsonl", "receipt.json", "receipt.md"}


class Ran:
    """A command that has ended, with its exit status and what it has printed."""

    def __init__(self, *arguments: object) -> None:
        result = CliRunner().invoke(app, list(map(str, arguments)))
        self.status, self.output, self.errors = result.exit_code, result.stdout, " ".join(result.stderr.split())

    @property
    def receipt(self) -> Receipt:
        return receipts.read(self.output)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "chats.jsonl"
    file.write_bytes(upload(*valid(40), b"{oops"))
    return file


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_good_file_is_accepted_and_its_receipt_shown(file: Path) -> None:
    ran = Ran("check", file)
    assert ran.status == 0
    assert ran.output.startswith(f"# Accepted: `{file}`")
    assert "json.invalid" in ran.output


def test_a_file_of_another_shape_is_rejected_with_the_command_that_converts_it(file: Path) -> None:
    file.write_bytes(b'[{"prompt": "a", "completion": "b"}]')
    ran = Ran("check", file)
    assert ran.status == 2
    assert f"tunedrop convert {file}" in ran.output


def test_a_file_without_enough_rows_is_rejected_with_2(file: Path) -> None:
    file.write_bytes(upload(*valid(3)))
    ran = Ran("check", file, "--json")
    assert ran.status == 2
    assert (ran.receipt.verdict, ran.receipt.project, ran.receipt.accepted) == ("rejected", None, 3)


def test_one_rejected_file_among_several_is_enough(file: Path) -> None:
    bad = file.with_name("bad.jsonl")
    bad.write_bytes(b"")
    ran = Ran("check", bad, file)
    assert ran.status == 2
    assert ran.output.count("# Accepted") == ran.output.count("# Rejected") == 1


def test_what_is_written_is_what_the_cloud_writes(file: Path, tmp_path: Path) -> None:
    assert Ran("prepare", file, "--out", tmp_path / "out").status == 0
    sinks = {name: BytesIO() for name in (*splits.NAMES, REJECTED)}
    figures = module.prepare([UploadFile([file.read_bytes()])], ProjectConfig(), sinks)
    written = contents(tmp_path / "out")
    assert written.keys() == WRITTEN
    assert {name: sink.getvalue() for name, sink in sinks.items()} == {name: written[f"{name}.jsonl"] for name in sinks}
    receipt = receipts.read(written["receipt.json"])
    assert dict(figures).items() <= dict(receipt).items()
    assert written["receipt.md"].decode().startswith("# Accepted")


def test_a_rejected_file_leaves_no_rows_to_train_on(file: Path, tmp_path: Path) -> None:
    file.write_bytes(upload(*valid(3), b"oops"))
    assert Ran("prepare", file, "--out", tmp_path / "out").status == 2
    assert contents(tmp_path / "out").keys() == {"rejected.jsonl", "receipt.json", "receipt.md"}


def test_an_earlier_output_is_replaced_as_a_whole(file: Path, tmp_path: Path) -> None:
    Ran("prepare", file, "--out", tmp_path / "out")
    earlier = contents(tmp_path / "out")
    assert Ran("prepare", file, "--out", tmp_path / "out").status == 0
    assert contents(tmp_path / "out") == earlier
    file.write_bytes(b"")
    Ran("prepare", file, "--out", tmp_path / "out")
    assert "train.jsonl" not in contents(tmp_path / "out")
    assert {file.name for file in tmp_path.iterdir()} == {"chats.jsonl", "out"}


@pytest.mark.parametrize("other", ["notes.txt", "receipt.json/notes.txt"])
def test_a_folder_with_other_files_is_not_touched(other: str, file: Path, tmp_path: Path) -> None:
    notes = tmp_path / "out" / other
    notes.parent.mkdir(parents=True)
    notes.write_text("mine")
    ran = Ran("prepare", file, "--out", tmp_path / "out")
    assert (ran.status, notes.read_text()) == (1, "mine")
    assert "holds other files. Name a folder that is empty" in ran.errors


@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError(28, "No space left on device"), RuntimeError])
def test_after_an_interruption_the_earlier_output_is_unchanged_and_nothing_is_half_written(
    fault: Any, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ran("prepare", file, "--out", tmp_path / "out")
    earlier = contents(tmp_path / "out")

    def half(_: Any, __: Any, sinks: Any, **___: Any) -> Any:
        sinks["train"].write(b"half a ro")
        raise fault

    monkeypatch.setattr(uploads, "prepare", half)
    assert Ran("prepare", file, "--out", tmp_path / "out").status in (1, 130)
    assert contents(tmp_path / "out") == earlier
    assert {file.name for file in tmp_path.iterdir()} == {"chats.jsonl", "out"}


def test_files_named_as_splits_are_one_upload_whose_owner_has_split_it(tmp_path: Path) -> None:
    for name, start, count in (("train", 0, 30), ("test", 28, 5)):
        (tmp_path / f"{name}.jsonl").write_bytes(upload(*valid(count, start)))
    train, test = tmp_path / "train.jsonl", tmp_path / "test.jsonl"
    ran = Ran("check", train, test, "--json")
    receipt = ran.receipt
    assert (ran.status, receipt.upload, receipt.lines, receipt.duplicates) == (0, f"{train}, {test}", 35, 2)
    assert (receipt.test_rows, receipt.train_rows + receipt.validation_rows) == (5, 28)


def test_several_uploads_are_not_prepared_into_one_folder(file: Path, tmp_path: Path) -> None:
    ran = Ran("prepare", file, file, "--out", tmp_path / "out")
    assert ran.status == 1
    assert "Only one upload can be prepared at a time. Name one file, or" in ran.errors


def test_a_packed_file_gives_the_same_rows(file: Path) -> None:
    packed = file.with_suffix(".jsonl.gz")
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert Ran("check", packed, "--json").receipt.accepted == 40


def test_two_workers_write_the_same(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGE", 0)
    assert Ran("prepare", file, "--out", tmp_path / "alone").status == 0
    assert Ran("prepare", file, "--out", tmp_path / "together", "--workers", 2).status == 0
    assert contents(tmp_path / "together") == contents(tmp_path / "alone")


def test_a_worker_that_is_killed_leaves_no_output(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGE", 0)
    monkeypatch.setattr(LineProcessor, "process", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    ran = Ran("prepare", file, "--out", tmp_path / "out", "--workers", 2)
    assert (ran.status, ran.errors) == (
        1,
        "Error: A worker process stopped unexpectedly. If memory is short, run the command without '--workers'.",
    )
    assert {file.name for file in tmp_path.iterdir()} == {"chats.jsonl"}


def test_the_settings_beside_the_file_apply_unless_others_are_named(file: Path, tmp_path: Path) -> None:
    (tmp_path / "tunedrop.yaml").write_text("split: {validation: 1, test: 40}")
    (tmp_path / "other.yaml").write_text("split: {validation: 40, test: 1}")
    beside = Ran("check", file, "--json").receipt
    other = Ran("check", file, "--json", "--config", tmp_path / "other.yaml").receipt
    assert beside.test_rows > beside.validation_rows
    assert other.test_rows < other.validation_rows


def test_rows_longer_than_the_settings_allow_are_counted(file: Path, tmp_path: Path) -> None:
    (tmp_path / "tunedrop.yaml").write_text("hyperparameters: {max_seq_length: 4}")
    receipt = Ran("check", file, "--json").receipt
    assert (receipt.max_seq_length, receipt.too_long.rows) == (4, 40)


def test_faulty_settings_reject_the_file_as_in_the_cloud(file: Path, tmp_path: Path) -> None:
    (tmp_path / "tunedrop.yaml").write_text("mod: validate\nmode: vlidate")
    ran = Ran("check", file, "--json")
    assert ran.status == 2
    assert len(ran.receipt.problems) == 2


@pytest.mark.skipif(not paths.BASE_MODEL.exists(), reason="The base model is not installed: run make setup.")
def test_a_tokenizer_counts_exactly(file: Path) -> None:
    ran = Ran("check", file, "--json", "--tokenizer", paths.BASE_MODEL / "tokenizer.json")
    assert ran.receipt.tokens_are == "exact"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "gone.jsonl"], "There is no file 'gone.jsonl'"),
        (["check", "folder"], "'folder' is a folder. Name a file in it, for example folder/train.jsonl"),
        (["check", "chats.jsonl", "gone.jsonl"], "There is no file"),
        (["check", "chats.jsonl", "--config", "gone.yaml"], "There is no file 'gone.yaml'"),
        (["check", "chats.jsonl", "--tokenizer", "chats.jsonl"], "is not a tokenizer"),
        (["check", "locked.jsonl"], "'locked.jsonl' is not readable"),
        (["prepare", "gone.jsonl", "--out", "out"], "There is no file"),
        (["prepare", "chats.jsonl", "--out", "chats.jsonl"], "is a file"),
        (["prepare", "chats.jsonl", "--out", "chats.jsonl/out"], "Not a directory"),
        (["prepare", "chats.jsonl"], "Missing option"),
    ],
)
def test_an_error_names_the_file_and_what_to_do(
    arguments: list[str], message: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    Path("folder").mkdir()
    Path("locked.jsonl").touch()
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).name != "locked.jsonl")  # root may read everything
    ran = Ran(*arguments)
    assert (ran.status, ran.output) == (1, "")
    assert message in ran.errors
    assert not Path("out").exists()
