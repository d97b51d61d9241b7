from pathlib import Path

import pytest

from local.azureml.core.errors import ApiError
from local.azureml.storage.disk import Disk


def test_blob_keeps_content_and_metadata_and_its_etag_tells_of_both(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    first = disk.put("c", "a/b.txt", b"one", {"k": "v"})
    disk.set_metadata("c", "a/b.txt", {"k": "w"})
    second = disk.get("c", "a/b.txt")

    assert second is not None
    assert second.path.read_bytes() == b"one"
    assert second.metadata == {"k": "w"}
    assert first.etag != second.etag


def test_blob_is_committed_in_the_order_of_its_blocks(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    for block in (b"two", b"one"):
        disk.stage("c", "big", block.decode(), block)

    assert disk.commit("c", "big", ["one", "two"], {}).path.read_bytes() == b"onetwo"
    with pytest.raises(ApiError, match="block list"):
        disk.commit("c", "big", ["one"], {})


def test_listing_knows_prefixes_that_end_inside_a_name(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    for name in ("logs/a.txt", "logs/ab.txt", "other/a.txt"):
        disk.put("c", name, b"", {})

    assert [blob.name for blob in disk.list("c", "logs/a")] == ["logs/a.txt", "logs/ab.txt"]
    assert [blob.name for blob in disk.list("c", "nothing/")] == []


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x"])
def test_name_that_leads_out_of_the_container_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ApiError, match="not a valid blob name"):
        Disk(tmp_path).put("c", name, b"", {})


def test_deletion_tells_whether_there_was_a_blob(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    disk.put("c", "a", b"", {})

    assert [disk.delete("c", "a"), disk.delete("c", "a")] == [True, False]


def test_draft_that_a_kill_left_is_not_listed(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    first = disk.put("c", "a.txt", b"", {})
    first.path.with_name(".b.txt.99.draft").touch()
    disk.put("c", "chapter.draft", b"", {})

    assert [blob.name for blob in disk.list("c")] == ["a.txt", "chapter.draft"]
