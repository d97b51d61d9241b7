"""Model folders are made once, atomically."""

from pathlib import Path

import pytest

from local.azureml.runner.folder import make_once


def write_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"weights")


def test_finished_folder_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    assert make_once(folder, "maker", 1, write_weights)
    before = (folder / "model.safetensors").stat()
    assert not make_once(folder, "maker", 1, write_weights)
    assert (folder / "model.safetensors").stat() == before


def test_folder_of_an_older_version_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    make_once(folder, "maker", 1, lambda old: (old / "old.json").touch())
    assert make_once(folder, "maker", 2, write_weights)
    assert not (folder / "old.json").exists()


def test_maker_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        write_weights(folder)
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError):
        make_once(tmp_path / "model", "maker", 1, fail)
    assert list(tmp_path.iterdir()) == []
