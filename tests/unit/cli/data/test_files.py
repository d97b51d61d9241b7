import os
from pathlib import Path

import pytest

from cli.data.files import new_file, new_folder
from shared.core.errors import TunedropError


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_a_file_is_seen_once_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b.jsonl"
    with new_file(file) as opened:
        opened.write(b"all")
        assert not file.exists()
    assert file.read_bytes() == b"all"
    assert names(file.parent) == {"b.jsonl"}


def test_after_an_error_the_earlier_file_stands(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"earlier")
    with pytest.raises(KeyboardInterrupt), new_file(tmp_path / "b") as opened:
        opened.write(b"half")
        raise KeyboardInterrupt
    assert (tmp_path / "b").read_bytes() == b"earlier"
    assert names(tmp_path) == {"b"}


def test_a_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TunedropError, match="is not a regular file"), new_file(tmp_path / "pipe"):
        pass
    assert (tmp_path / "pipe").is_fifo()


def test_what_is_written_is_as_private_as_the_user_wants_it(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        with new_file(tmp_path / "file") as opened:
            opened.write(b"chats")
        with new_folder(tmp_path / "folder", lambda _: False):
            pass
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_take_its_place_leaves_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "earlier").touch()
    rename = Path.rename

    def fails(path: Path, target: Path) -> Path:
        if ".new-" in path.name:
            raise OSError("no more room")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(OSError, match="no more room"), new_folder(tmp_path / "out", lambda _: True):
        pass
    assert names(tmp_path) == {"out"}
    assert names(tmp_path / "out") == {"earlier"}


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk")
    with new_folder(tmp_path / "out", lambda _: False) as folder:
        (folder / "rows").touch()
    assert (tmp_path / "out").is_symlink()
    assert names(tmp_path / "disk") == {"rows"}
