import stat
from pathlib import Path

import pytest

from local.files import is_draft, write_atomically


@pytest.mark.parametrize("content", ["grün\n", "grün\n".encode()], ids=["text", "bytes"])
def test_a_file_is_replaced_in_a_folder_that_is_made_for_it(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "new" / "file.txt"
    write_atomically(path, "before")
    write_atomically(path, content)

    assert path.read_bytes() == "grün\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_write_that_breaks_off_leaves_the_earlier_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file.txt"
    write_atomically(path, "before")

    def kill(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="no space"):
        patch.setattr(Path, "replace", kill)
        write_atomically(path, "after")

    assert path.read_text() == "before"
    [draft] = (other for other in tmp_path.iterdir() if other != path)
    assert is_draft(draft) and not is_draft(path)


@pytest.mark.parametrize("name", [".hidden", "chapter.draft", "a.txt"])
def test_other_files_are_no_drafts(name: str) -> None:
    assert not is_draft(Path(name))
