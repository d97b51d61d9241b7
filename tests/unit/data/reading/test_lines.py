import gzip
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.data.contract.validation import MAX_LINE_BYTES
from shared.data.reading.lines import UnreadableError, gunzip, lines


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"\n", [b""]),
        (b"a\nb", [b"a", b"b"]),
        (b"a\r\nb\n", [b"a\r", b"b"]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb", [b"a", b"\xef\xbb\xbfb"]),
        ("a\u2028b\u0085c\n".encode(), ["a\u2028b\u0085c".encode()]),
    ],
)
def test_only_a_line_feed_ends_a_line(data: bytes, expected: list[bytes]) -> None:
    assert list(lines([data])) == expected


@given(st.binary(max_size=200), st.integers(1, 50))
def test_lines_do_not_depend_on_where_chunks_end(data: bytes, size: int) -> None:
    assert list(lines(pieces(data, size))) == list(lines([data]))


@pytest.mark.parametrize("chunk", [2**20, 2**24])
def test_a_line_that_is_too_long_is_cut_just_after_the_limit(chunk: int) -> None:
    data = b"x" * (MAX_LINE_BYTES * 2) + b"\nshort\n" + b"y" * (MAX_LINE_BYTES * 2)
    assert [len(line) for line in lines(pieces(data, chunk))] == [MAX_LINE_BYTES + 1, 5, MAX_LINE_BYTES + 1]


@given(st.lists(st.binary(max_size=100), max_size=4), st.integers(1, 30))
def test_gzip_of_several_members_is_unpacked(members: list[bytes], size: int) -> None:
    packed = b"".join(gzip.compress(member) for member in members)
    assert b"".join(gunzip(pieces(packed, size))) == b"".join(members)


@pytest.mark.parametrize("size", [100, 2**16, 10**6])
def test_the_readable_part_of_a_damaged_gzip_does_not_depend_on_where_chunks_end(size: int) -> None:
    packed = bytearray(gzip.compress(random.Random(0).randbytes(2**19), compresslevel=1))
    packed[2**18 + 5000 :] = bytes(2**18)
    readable = readable_part(pieces(bytes(packed), size))
    assert len(readable) > 2**17
    assert readable == readable_part([bytes(packed)])


def readable_part(packed: list[bytes]) -> bytes:
    """The bytes before the damage."""
    unpacked = bytearray()
    with pytest.raises(UnreadableError, match="not valid gzip"):
        for piece in gunzip(packed):
            unpacked += piece
    return bytes(unpacked)


def test_a_gzip_bomb_is_unpacked_in_small_pieces() -> None:
    bomb = gzip.compress(bytes(32 * 2**20))
    sizes = [len(piece) for piece in gunzip([bomb])]
    assert sum(sizes) == 32 * 2**20
    assert max(sizes) <= 2**20


@pytest.mark.parametrize(
    ("packed", "message"),
    [
        (b"plain text", "not valid gzip"),
        (gzip.compress(b"some text")[:-4], "ends too early"),
        (gzip.compress(b"some text") + b"rest", "not valid gzip"),
        (gzip.compress(b"some text")[:-8] + bytes(8), "not valid gzip"),
    ],
    ids=["no gzip", "cut off", "followed by text", "wrong checksum"],  # the bytes contain the time
)
def test_damaged_gzip_is_reported(packed: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        list(gunzip([packed]))
