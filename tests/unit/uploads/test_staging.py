"""Blobs that are written in blocks and become visible with a commit."""

import threading

import pytest

from shared.core.errors import ConflictError
from shared.core.resources import PREPARED
from shared.uploads import staging
from shared.uploads.staging import Staging
from tests.doubles import memory_ports
from tests.doubles.storage import MemoryBlobs

PATH = "acme-1/1/train.jsonl"


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "BLOCK", 10)


@pytest.fixture
def blobs() -> MemoryBlobs:
    return memory_ports().blobs


def test_a_blob_holds_what_was_written_once_it_is_committed(blobs: MemoryBlobs) -> None:
    rows = [f"row {number}\n".encode() for number in range(50)]
    with Staging(blobs, "1") as staged:
        blob = staged.open(PREPARED, PATH)
        for row in rows:
            blob.write(row)
        assert blobs.read(PREPARED, PATH) is None
        blob.commit()
    assert blobs.read(PREPARED, PATH) == b"".join(rows)


def digest(rows: list[bytes], blobs: MemoryBlobs) -> str:
    with Staging(blobs, "1") as staged:
        blob = staged.open(PREPARED, PATH)
        for row in rows:
            blob.write(row)
        return blob.digest()


def test_the_digest_does_not_depend_on_the_order_of_the_rows(blobs: MemoryBlobs) -> None:
    rows = [f"row {number}\n".encode() for number in range(50)]
    assert digest(rows, blobs) == digest(rows[::-1], blobs) == digest([b"".join(rows)], blobs)
    other_rows = [rows[:-1], [*rows, rows[0]], [*rows[:-1], b"row 5O\n"], []]
    assert len({digest(variant, blobs) for variant in [rows, *other_rows]}) == 5


def test_an_empty_blob_can_be_committed(blobs: MemoryBlobs) -> None:
    with Staging(blobs, "1") as staged:
        staged.open(PREPARED, PATH).commit()
    assert blobs.read(PREPARED, PATH) == b""


def test_nothing_is_visible_without_a_commit(blobs: MemoryBlobs) -> None:
    with pytest.raises(OSError, match="broke off"), Staging(blobs, "1") as staged:
        staged.open(PREPARED, PATH).write(b"x" * 1000)
        raise OSError("broke off")
    assert list(blobs.within(PREPARED)) == []


def test_blobs_that_are_written_alternately_do_not_mix(blobs: MemoryBlobs) -> None:
    with Staging(blobs, "1") as staged:
        opened = {name: staged.open(PREPARED, name) for name in ("a", "b")}
        for _ in range(30):
            for name, blob in opened.items():
                blob.write(name.encode())
        for blob in opened.values():
            blob.commit()
    assert (blobs.read(PREPARED, "a"), blobs.read(PREPARED, "b")) == (b"a" * 30, b"b" * 30)


def test_two_workers_on_one_blob_never_mix_their_blocks(blobs: MemoryBlobs) -> None:
    with Staging(blobs, "1") as slow, Staging(blobs, "2") as fast:
        loser, winner = slow.open(PREPARED, PATH), fast.open(PREPARED, PATH)
        for _ in range(5):
            loser.write(b"0123456789")
            winner.write(b"abcdefghij")
        winner.commit()
        with pytest.raises(ConflictError):
            loser.commit()
    assert blobs.read(PREPARED, PATH) == b"abcdefghij" * 5


class _Failing(MemoryBlobs):
    def stage(self, container: str, path: str, block: str, content: bytes) -> None:
        raise OSError("no network")


@pytest.mark.parametrize("writes", [1, 2, 100])
def test_the_writer_gets_the_error_of_a_block_that_could_not_be_staged(writes: int) -> None:
    with pytest.raises(OSError, match="no network"), Staging(_Failing(memory_ports().clock), "1") as staged:
        blob = staged.open(PREPARED, PATH)
        for _ in range(writes):
            blob.write(b"x" * 10)
        blob.commit()


class _Paused(MemoryBlobs):
    """Stages one block for each release of ``go``."""

    go = threading.Semaphore(0)

    def stage(self, container: str, path: str, block: str, content: bytes) -> None:
        assert self.go.acquire(timeout=10)
        super().stage(container, path, block, content)


def test_the_writer_is_only_a_few_blocks_ahead_of_staging() -> None:
    blobs = _Paused(memory_ports().clock)
    written = threading.Semaphore(0)

    def write() -> None:
        with Staging(blobs, "1") as staged:
            blob = staged.open(PREPARED, PATH)
            for _ in range(10):
                blob.write(b"x" * 10)
                written.release()
            blob.commit()

    writer = threading.Thread(target=write)
    writer.start()
    assert all(written.acquire(timeout=10) for _ in range(staging.WAITING))
    assert not written.acquire(timeout=0.05)
    blobs.go.release(10)
    writer.join(10)
    assert len(blobs.read(PREPARED, PATH) or b"") == 100
