"""From the bytes of an upload to its lines, in bounded memory."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from shared.data.contract.validation import LONGEST_LINE

_BOM: Final = b"\xef\xbb\xbf"
_KEPT: Final = LONGEST_LINE + 1
_PIECE: Final = 2**20
_PACKED: Final = 2**16
"""Bytes that are unpacked at a time: where a file is damaged, how much of it was read does not depend on its source."""
_GZIP: Final = 31
"""zlib's window bits for gzip: its header and checksum are required."""


class UnreadableError(Exception):
    """The upload cannot be unpacked; the message is for its owner."""


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of ``chunks`` without their line feeds; a byte order mark at the start is dropped.

    Only a line feed ends a line: U+2028 and its like may stand inside JSON strings. Of a line longer than
    ``LONGEST_LINE`` one byte more than that is kept, enough to refuse it.
    """
    found = split(chunks)
    for first in found:
        yield first.removeprefix(_BOM)
        yield from found


def split(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of any part of a file: a byte order mark belongs to its line."""
    rest = b""
    for chunk in chunks:
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            line = rest + chunk[start:end] if rest else chunk[start:end]
            yield line if len(line) <= _KEPT else line[:_KEPT]
            rest, start = b"", end + 1
        if len(rest) < _KEPT:
            rest = (rest + chunk[start:])[:_KEPT]
    if rest:
        yield rest


def gunzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The unpacked bytes of a gzip file of one or more members, in pieces of at most 1 MiB.

    Raises:
        UnreadableError: it is not gzip, damaged, or ends too early.
    """
    stream = zlib.decompressobj(_GZIP)
    started = False
    for chunk in _even(chunks):
        while chunk:
            if stream.eof:
                stream, started = zlib.decompressobj(_GZIP), False
            piece, chunk = _inflate(stream, chunk)
            started = True
            yield piece
    if started and not stream.eof:
        raise UnreadableError("The gzip file ends too early: upload it again.")


def _even(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, ``_PACKED`` at a time."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        whole = len(rest) - len(rest) % _PACKED
        yield from (rest[start : start + _PACKED] for start in range(0, whole, _PACKED))
        rest = rest[whole:]
    if rest:
        yield rest


def _inflate(stream: "zlib._Decompress", chunk: bytes) -> tuple[bytes, bytes]:
    try:
        piece = stream.decompress(chunk, _PIECE)
    except zlib.error:
        raise UnreadableError("The file is not valid gzip: pack it again.") from None
    return piece, stream.unused_data if stream.eof else stream.unconsumed_tail
