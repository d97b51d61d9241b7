"""From the bytes of an upload to its lines, in bounded memory."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from shared.data.contract.validation import MAX_LINE_BYTES

_BOM: Final = b"\xef\xbb\xbf"
_KEPT_BYTES: Final = MAX_LINE_BYTES + 1
_UNPACKED_BYTES: Final = 2**20
_PACKED_BYTES: Final = 2**16
"""gzip is unpacked in pieces of this size, so that what is read of a damaged file does not depend on its chunks."""
_GZIP: Final = 31
"""zlib's window bits for gzip, with header and checksum."""


class UnreadableError(Exception):
    """The upload cannot be read to its end; the message is for its owner."""


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a file without their line feeds, and without a byte order mark at its start.

    Only a line feed ends a line: U+2028 and the like may stand inside JSON strings. A line longer than
    ``MAX_LINE_BYTES`` is cut one byte after that, which is enough to reject it.
    """
    all_lines = split(chunks)
    for first in all_lines:
        yield first.removeprefix(_BOM)
        yield from all_lines


def split(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """As ``lines``, for any part of a file: a byte order mark stays in its line."""
    rest = b""
    for chunk in chunks:
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            line = rest + chunk[start:end] if rest else chunk[start:end]
            yield line if len(line) <= _KEPT_BYTES else line[:_KEPT_BYTES]
            rest, start = b"", end + 1
        if len(rest) < _KEPT_BYTES:
            rest = (rest + chunk[start:])[:_KEPT_BYTES]
    if rest:
        yield rest


def gunzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The unpacked bytes of a gzip file of one or more members, in pieces of at most 1 MiB.

    Raises:
        UnreadableError: it is not gzip, is damaged, or ends too early.
    """
    stream = zlib.decompressobj(_GZIP)
    started = False
    for chunk in _rechunk(chunks):
        while chunk:
            if stream.eof:
                stream, started = zlib.decompressobj(_GZIP), False
            piece, chunk = _inflate(stream, chunk)
            started = True
            yield piece
    if started and not stream.eof:
        raise UnreadableError("The gzip file ends too early. Upload it again.")


def _rechunk(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, ``_PACKED_BYTES`` at a time."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        whole = len(rest) - len(rest) % _PACKED_BYTES
        yield from (rest[start : start + _PACKED_BYTES] for start in range(0, whole, _PACKED_BYTES))
        rest = rest[whole:]
    if rest:
        yield rest


def _inflate(stream: "zlib._Decompress", chunk: bytes) -> tuple[bytes, bytes]:
    try:
        piece = stream.decompress(chunk, _UNPACKED_BYTES)
    except zlib.error:
        raise UnreadableError("The file is not valid gzip. Compress it again.") from None
    return piece, stream.unused_data if stream.eof else stream.unconsumed_tail
