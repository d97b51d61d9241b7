import io
from pathlib import Path

import pytest
from rich.console import Console

from cli.data.drop import choose_splits, drop
from shared.core.errors import TunedropError
from shared.core.resources import UPLOADS
from shared.models.run import Upload
from shared.uploads import folder_uploads
from tests.doubles.memory import MemoryPorts, memory_ports


def no_ports() -> MemoryPorts:
    raise AssertionError("Nothing may be uploaded.")


def dropped(path: Path, ports: MemoryPorts) -> list[str]:
    """What is in the uploads container afterwards, in the order in which it was written."""
    drop(Console(file=io.StringIO()), path, "lumo", lambda: ports)
    return [blob.path for blob in sorted(ports.blobs.within(UPLOADS), key=lambda blob: int(blob.etag, 16))]


def folder(path: Path, *names: str) -> Path:
    path.mkdir(exist_ok=True)
    for name in names:
        (path / name).write_text(f"{name}\n")
    return path


def test_a_file_is_dropped_under_its_name(tmp_path: Path) -> None:
    ports = memory_ports()
    assert dropped(folder(tmp_path, "rows.jsonl") / "rows.jsonl", ports) == ["lumo/rows.jsonl"]
    assert ports.blobs.read(UPLOADS, "lumo/rows.jsonl") == b"rows.jsonl\n"


def test_the_file_that_closes_a_folder_is_uploaded_last(tmp_path: Path) -> None:
    ports = memory_ports()
    names = ("test.jsonl", "train.jsonl.gz", "validation.jsonl", "receipt.json", "notes.txt")
    assert dropped(folder(tmp_path / "week-12", *names), ports) == [
        "lumo/week-12/train.jsonl.gz",
        "lumo/week-12/validation.jsonl",
        "lumo/week-12/test.jsonl",
        "lumo/week-12/_READY",
    ]
    assert ports.blobs.read(UPLOADS, "lumo/week-12/_READY") == b""


def test_a_dropped_folder_is_a_complete_upload_in_the_cloud(tmp_path: Path) -> None:
    ports = memory_ports()
    dropped(folder(tmp_path / "week-12", "train.jsonl", "test.jsonl.gz"), ports)
    upload, fault = folder_uploads.with_parts(Upload(path="lumo/week-12/_READY", etag="1", size=0), ports)
    assert fault is None
    assert [part.path for part in upload.parts] == ["lumo/week-12/test.jsonl.gz", "lumo/week-12/train.jsonl"]


def test_files_of_an_earlier_drop_that_are_gone_from_the_folder_are_deleted(tmp_path: Path) -> None:
    ports = memory_ports()
    dropped(folder(tmp_path / "drop", "train.jsonl", "test.jsonl"), ports)
    (tmp_path / "drop" / "test.jsonl").unlink()
    assert dropped(tmp_path / "drop", ports) == ["lumo/drop/train.jsonl", "lumo/drop/_READY"]


def test_the_splits_of_a_dataset_are_found_by_how_their_names_begin() -> None:
    names = ("train_sft.jsonl", "train_gen.jsonl", "test_sft.jsonl", "test_gen.jsonl", "validation-small.jsonl")
    assert {split: file.name for split, file in choose_splits(map(Path, names)).items()} == {
        "train": "train_sft.jsonl",
        "validation": "validation-small.jsonl",
        "test": "test_sft.jsonl",
    }


@pytest.mark.parametrize(
    ("name", "project", "message"),
    [
        ("rows.csv", "lumo", "'rows.csv' is not chat data.*tunedrop convert"),
        ("rows.jsonl", "No Project", "'No Project' cannot be the name of a project"),
        ("gone.jsonl", "lumo", "There is no file"),
        ("empty", "lumo", "no rows to train on"),
        ("two", "lumo", "Several files could be the train split: train_a.jsonl, train_b.jsonl. Rename one"),
    ],
)
def test_what_would_not_become_a_run_is_refused_before_it_is_uploaded(
    name: str, project: str, message: str, tmp_path: Path
) -> None:
    folder(tmp_path, "rows.csv", "rows.jsonl")
    folder(tmp_path / "empty")
    folder(tmp_path / "two", "train_a.jsonl", "train_b.jsonl")
    with pytest.raises(TunedropError, match=message):
        drop(Console(file=io.StringIO()), tmp_path / name, project, no_ports)
