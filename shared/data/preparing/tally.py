"""Counts the lines of an upload by what becomes of each, and what occurs in them."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from shared.data.preparing.line_processor import AcceptedRow, RejectedLine
from shared.data.preparing.rejects import Rejects
from shared.models.receipt import Histogram, Location, Occurrences

LOCATIONS_SHOWN: Final = 20
"""Rows that a receipt names for each thing that occurs in rows."""

TURNS: Final = (2, 4, 6, 8, 12, 16, 24, 32)
"""Edges of the histogram of user and assistant messages; its last bar has no upper edge."""
ROW_TOKENS: Final = (0, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384)
"""Edges of the histogram of tokens."""


class OccurrenceCounter:
    """Counts the rows in which something occurs, and keeps the first of them."""

    def __init__(self) -> None:
        self._rows = 0
        self._locations: list[Location] = []

    def add(self, file: str | None, line: int) -> None:
        self._rows += 1
        if self._rows <= LOCATIONS_SHOWN:
            self._locations.append(Location(file=file, line=line))

    def occurrences(self) -> Occurrences:
        return Occurrences(rows=self._rows, locations=self._locations)


class SizeCounter:
    """Counts rows by size.

    Args:
        edges: the smallest size of each bar; no row is smaller than the first.
    """

    def __init__(self, edges: Sequence[int]) -> None:
        self._edges = edges
        self._counts = [0] * len(edges)

    def add(self, size: int) -> None:
        self._counts[bisect_right(self._edges, size) - 1] += 1

    def histogram(self) -> Histogram:
        return Histogram(edges=list(self._edges), counts=self._counts)


class Tally:
    """Every line of an upload, counted once.

    Args:
        rejects: takes the rejected lines.
    """

    def __init__(self, rejects: Rejects) -> None:
        self.file: str | None = None
        self.line = 0
        """Number of the line that is being read."""
        self.blank = self.accepted = self.duplicates = self.sampled_out = self.evaluation_rows = 0
        self.rejects = rejects
        self.repaired: Counter[str] = Counter()
        """Accepted rows by repair; ``rows`` counts each row once."""
        self.turns, self.row_tokens = SizeCounter(TURNS), SizeCounter(ROW_TOKENS)
        self.too_long = OccurrenceCounter()
        self._pii: dict[str, OccurrenceCounter] = {}

    @property
    def lines(self) -> int:
        """Lines that are not blank."""
        return self.accepted + self.rejects.count + self.duplicates + self.sampled_out

    @property
    def pii(self) -> dict[str, Occurrences]:
        """Personal data and secrets, by kind."""
        return {kind: counter.occurrences() for kind, counter in sorted(self._pii.items())}

    def accept(self, row: AcceptedRow) -> None:
        """Count a row that is used."""
        self.accepted += 1
        self.turns.add(row.messages)
        self.row_tokens.add(row.tokens)
        if row.pii_kinds:
            self._add_pii(row.pii_kinds)
        if row.repairs:
            self.repaired.update([*row.repairs, "rows"])
        if row.too_long:
            self.too_long.add(self.file, self.line)

    def reject(self, rejected: RejectedLine) -> None:
        """Count a line that is not used, and pass it on."""
        self._add_pii(rejected.pii_kinds)
        if rejected.fault.reason == "row.too_long":
            self.too_long.add(self.file, self.line)
        self.rejects.add(rejected, self.file, self.line)

    def _add_pii(self, kinds: Collection[str]) -> None:
        for kind in kinds:
            self._pii.setdefault(kind, OccurrenceCounter()).add(self.file, self.line)
