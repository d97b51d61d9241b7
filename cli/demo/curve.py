"""A curve drawn in text."""

from collections.abc import Sequence
from typing import Final

_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"


def draw(points: Sequence[tuple[float, float]], width: int, height: int) -> list[str]:
    """Lines of text with one bar per column, and the highest and the lowest value beside them.

    Args:
        points: (x, y) by rising x. Several in a column are averaged; an empty column repeats the one before.
        width: columns of the curve itself.
        height: lines.
    """
    if not points:
        return []
    columns = _columns(points, width)
    low, high = min(0.0, *columns), max(columns)
    scale = (height * 8 - 1) / ((high - low) or 1.0)
    levels = [round((value - low) * scale) + 1 for value in columns]
    rows = ["".join(_cell(level - 8 * row) for level in levels) for row in reversed(range(height))]
    labels = [f"{high:6.2f} ", *([" " * 7] * (height - 2)), f"{low:6.2f} "]
    return [label + row for label, row in zip(labels, rows, strict=False)]


def _columns(points: Sequence[tuple[float, float]], width: int) -> list[float]:
    first, last = points[0][0], points[-1][0]
    span = (last - first) or 1.0
    columns: list[list[float]] = [[] for _ in range(width)]
    for x, y in points:
        columns[min(width - 1, int((x - first) / span * width))].append(y)
    values: list[float] = []
    for column in columns:
        values.append(sum(column) / len(column) if column else values[-1])
    return values


def _cell(level: int) -> str:
    return _EIGHTHS[max(0, min(8, level))]
