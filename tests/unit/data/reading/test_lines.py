import gzip
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.data.contract.validation import LONGEST_LINE
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
def test_of_a_line_that_is_too_long_only_enough_to_refuse_it_is_kept(chunk: int) -> None:
    data = b"x" * (LONGEST_LINE * 2) + b"\nshort\n" + b"y" * (LONGEST_LINE * 2)
    assert [len(one) for one in lines(pieces(data, chunk))] == [LONGEST_LINE + 1, 5, LONGEST_LINE + 1]


@given(st.lists(st.binary(max_size=100), max_size=4), st.integers(1, 30))
def test_gzip_of_several_members_is_unpacked(members: list[bytes], size: int) -> None:
    packed = b"".join(gzip.compress(member) for member in members)
    assert b"".join(gunzip(pieces(packed, size))) == b"".join(members)


@pytest.mark.parametrize("size", [100, 2**16, 10**6])
def test_what_is_read_of_a_damaged_gzip_does_not_depend_on_where_chunks_end(size: int) -> None:
    packed = bytearray(gzip.compress(random.Random(0).randbytes(2**19), compresslevel=1))
    packed[2**18 + 5000 :] = bytes(2**18)
    found = readable(pieces(bytes(packed), size))
    assert len(found) > 2**17
    assert found == readable([bytes(packed)])


def readable(packed: list[bytes]) -> bytes:
    """What is read before the damage."""
    found = bytearray()
    with pytest.raises(UnreadableError, match="not valid gzip"):
        for piece in gunzip(packed):
            found += piece
    return bytes(found)


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
def test_damaged_gzip_is_named(packed: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        list(gunzip([packed]))
