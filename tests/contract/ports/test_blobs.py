from collections.abc import Iterator

import pytest

from shared.core.errors import ConflictError
from shared.core.resources import PREPARED, UPLOADS
from shared.ports import Blobs, Ports


@pytest.fixture
def blobs(storage: Ports) -> Blobs:
    return storage.blobs


class TestBlobs:
    def test_a_written_blob_is_read(self, blobs: Blobs, project: str) -> None:
        blobs.write(UPLOADS, f"{project}/a b ü.jsonl", [b"one\n", b"two\n"], "application/jsonl")
        assert blobs.read(UPLOADS, f"{project}/a b ü.jsonl") == b"one\ntwo\n"

    def test_an_absent_blob_is_none(self, blobs: Blobs, project: str) -> None:
        assert blobs.read(UPLOADS, f"{project}/none") is None
        assert blobs.info(UPLOADS, f"{project}/none") is None
        assert list(blobs.within(UPLOADS, f"{project}/none")) == []

    def test_containers_are_separate(self, blobs: Blobs, project: str) -> None:
        blobs.write(UPLOADS, f"{project}/a", [b"1"], "text/plain")
        assert blobs.read(PREPARED, f"{project}/a") is None

    def test_an_empty_blob_exists(self, blobs: Blobs, project: str) -> None:
        blobs.write(UPLOADS, f"{project}/empty", [], "text/plain")
        info = blobs.info(UPLOADS, f"{project}/empty")
        assert info is not None
        assert info.size == 0
        assert b"".join(blobs.chunks(UPLOADS, info.path, info.etag)) == b""

    def test_a_large_blob_comes_in_pieces(self, blobs: Blobs, project: str) -> None:
        pieces = [bytes([number]) * 5_000_000 for number in range(5)]
        blobs.write(UPLOADS, f"{project}/large", iter(pieces), "application/octet-stream")
        info = blobs.info(UPLOADS, f"{project}/large")
        assert info is not None
        chunks = list(blobs.chunks(UPLOADS, info.path, info.etag))
        assert b"".join(chunks) == b"".join(pieces)
        assert max(map(len, chunks)) < info.size

    def test_a_listing_has_the_same_properties_as_info(self, blobs: Blobs, project: str) -> None:
        for name in ("b", "a", "c/d"):
            blobs.write(UPLOADS, f"{project}/{name}", [name.encode()], "text/plain")
        listed = list(blobs.within(UPLOADS, f"{project}/"))
        assert [blob.path for blob in listed] == [f"{project}/{name}" for name in ("a", "b", "c/d")]
        assert listed == [blobs.info(UPLOADS, blob.path) for blob in listed]
        assert all('"' not in blob.etag for blob in listed)
        assert all(blob.last_modified.tzinfo is not None for blob in listed)

    def test_a_new_version_has_a_new_etag_and_the_old_one_can_no_longer_be_read(
        self, blobs: Blobs, project: str
    ) -> None:
        path = f"{project}/versions"
        blobs.write(UPLOADS, path, [b"first"], "text/plain")
        first = blobs.info(UPLOADS, path)
        blobs.write(UPLOADS, path, [b"second"], "text/plain")
        second = blobs.info(UPLOADS, path)
        assert first is not None
        assert second is not None
        assert first.etag != second.etag
        with pytest.raises(ConflictError):
            list(blobs.chunks(UPLOADS, path, first.etag))
        assert b"".join(blobs.chunks(UPLOADS, path, second.etag)) == b"second"

    def test_an_etag_may_be_quoted(self, blobs: Blobs, project: str) -> None:
        blobs.write(UPLOADS, f"{project}/quoted", [b"1"], "text/plain")
        info = blobs.info(UPLOADS, f"{project}/quoted")
        assert info is not None
        assert b"".join(blobs.chunks(UPLOADS, info.path, f'"{info.etag}"')) == b"1"

    def test_a_deleted_blob_cannot_be_read_by_its_etag(self, blobs: Blobs, project: str) -> None:
        blobs.write(UPLOADS, f"{project}/gone", [b"1"], "text/plain")
        info = blobs.info(UPLOADS, f"{project}/gone")
        assert info is not None
        blobs.delete(UPLOADS, f"{project}/gone")
        with pytest.raises(ConflictError):
            list(blobs.chunks(UPLOADS, f"{project}/gone", info.etag))

    def test_a_write_that_breaks_off_changes_nothing(self, blobs: Blobs, project: str) -> None:
        path = f"{project}/broken"
        blobs.write(UPLOADS, path, [b"before"], "text/plain")

        def chunks_that_break_off() -> Iterator[bytes]:
            yield b"x" * 20_000_000
            raise OSError("the source broke off")

        with pytest.raises(OSError, match="broke off"):
            blobs.write(UPLOADS, path, chunks_that_break_off(), "text/plain")
        assert blobs.read(UPLOADS, path) == b"before"

    def test_a_blob_is_created_once(self, blobs: Blobs, project: str) -> None:
        path = f"{project}/created"
        assert blobs.create(UPLOADS, path, [b"fir", b"st"], "text/plain")
        assert not blobs.create(UPLOADS, path, [b"second"], "text/plain")
        assert not blobs.create(UPLOADS, path, [b"first"], "text/plain")
        assert blobs.read(UPLOADS, path) == b"first"

    def test_a_large_blob_is_created_once(self, blobs: Blobs, project: str) -> None:
        path = f"{project}/large-created"
        for number in range(2):
            created = blobs.create(UPLOADS, path, iter([bytes([number]) * 5_000_000] * 4), "text/plain")
            assert created is (number == 0)
        assert blobs.read(UPLOADS, path) == bytes(20_000_000)

    def test_staged_blocks_become_visible_with_the_commit_in_its_order(self, blobs: Blobs, project: str) -> None:
        path = f"{project}/staged"
        for block, content in {"1": b"one", "2": b"two", "3": b"three"}.items():
            blobs.stage(UPLOADS, path, block, content)
        assert blobs.info(UPLOADS, path) is None
        assert list(blobs.within(UPLOADS, path)) == []
        etag = blobs.commit(UPLOADS, path, ["3", "1"], "text/plain")
        assert b"".join(blobs.chunks(UPLOADS, path, etag)) == b"threeone"

    def test_a_commit_without_blocks_writes_an_empty_blob(self, blobs: Blobs, project: str) -> None:
        blobs.commit(UPLOADS, f"{project}/none-staged", [], "text/plain")
        assert blobs.read(UPLOADS, f"{project}/none-staged") == b""

    def test_a_block_that_is_staged_again_is_replaced(self, blobs: Blobs, project: str) -> None:
        for content in (b"first", b"second"):
            blobs.stage(UPLOADS, f"{project}/again", "1", content)
        blobs.commit(UPLOADS, f"{project}/again", ["1"], "text/plain")
        assert blobs.read(UPLOADS, f"{project}/again") == b"second"

    def test_a_commit_drops_the_blocks_that_others_have_staged(self, blobs: Blobs, project: str) -> None:
        path = f"{project}/raced"
        blobs.write(UPLOADS, path, [b"before"], "text/plain")
        for block in ("ours", "lost"):
            blobs.stage(UPLOADS, path, block, block.encode())
        blobs.commit(UPLOADS, path, ["ours"], "text/plain")
        with pytest.raises(ConflictError):
            blobs.commit(UPLOADS, path, ["lost"], "text/plain")
        assert blobs.read(UPLOADS, path) == b"ours"

    def test_a_blob_can_be_deleted_twice(self, blobs: Blobs, project: str) -> None:
        blobs.write(UPLOADS, f"{project}/twice", [b"1"], "text/plain")
        blobs.delete(UPLOADS, f"{project}/twice")
        blobs.delete(UPLOADS, f"{project}/twice")
        assert blobs.info(UPLOADS, f"{project}/twice") is None

    def test_the_accounts_name_is_part_of_its_address(self, storage: Ports) -> None:
        assert storage.blobs.account
        assert storage.blobs.account in storage.settings.blob_uri
