"""Pieces of Markdown that read well as plain text too."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from shared.models.receipt import Histogram, Occurrences

_BAR_WIDTH: Final = 32
"""Characters of the longest bar."""
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"
_LOCATIONS: Final = 10


def code(text: str) -> str:
    """Text that Markdown takes literally."""
    return f"`{text.replace('`', chr(39))}`"


def rows(count: int) -> str:
    """``1 row``, ``1,200 rows``."""
    return "1 row" if count == 1 else f"{count:,} rows"


def lines(count: int) -> str:
    """``1 line``, ``1,200 lines``."""
    return "1 line" if count == 1 else f"{count:,} lines"


def fenced(text: Iterable[str], language: str = "") -> Iterator[str]:
    """A block of literal lines."""
    yield from (f"```{language}", *text, "```", "")


def table(figures: Mapping[str, int]) -> Iterator[str]:
    """Names and their figures, aligned."""
    cells = {name: f"{figure:,}" for name, figure in figures.items()}
    left, right = (max(map(len, column)) for column in (cells.keys(), cells.values()))
    yield f"| {'':{left}} | {'':{right}} |"
    yield f"|{'-' * (left + 2)}|{'-' * (right + 1)}:|"
    yield from (f"| {name:{left}} | {figure:>{right}} |" for name, figure in cells.items())
    yield ""


def locations(occurrences: Occurrences) -> str:
    """The first lines where something occurs: ``line 3``, ``lines 3, 17, …``, ``train.jsonl line 3``."""
    first = occurrences.locations[:_LOCATIONS]
    more = ", …" if occurrences.rows > len(first) else ""
    if any(location.file for location in first):
        return ", ".join(f"{location.file} line {location.line:,}" for location in first) + more
    numbers = ", ".join(f"{location.line:,}" for location in first)
    return f"{'line' if occurrences.rows == 1 else 'lines'} {numbers}{more}"


def bars(histogram: Histogram) -> Iterator[str]:
    """A line for each size, from the first to the last that has rows: the size, its rows, and a bar."""
    filled = [index for index, count in enumerate(histogram.counts) if count]
    shown = range(filled[0], filled[-1] + 1) if filled else range(0)
    sizes = [_size(histogram.edges, index) for index in shown]
    counts = [histogram.counts[index] for index in shown]
    left, right = max(map(len, sizes), default=0), max((len(f"{count:,}") for count in counts), default=0)
    for size, count in zip(sizes, counts, strict=True):
        yield f"{size:>{left}}  {count:>{right},}  {_bar(count / max(counts))}".rstrip()


def _size(edges: Sequence[int], index: int) -> str:
    if index + 1 == len(edges):
        return f"{edges[index]:,} or more"
    first, last = edges[index], edges[index + 1] - 1
    return f"{first:,}" if first == last else f"{first:,}-{last:,}"


def _bar(share: float) -> str:
    """A bar of block characters; any share above 0 is visible."""
    eighths = round(share * _BAR_WIDTH * 8)
    if share and not eighths:
        eighths = 1
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
