"""The tally of an upload's lines: what became of each, and what was seen in them."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection
from typing import Any, Final

from shared.data.preparing.examiner import AcceptedRow, RejectedLine
from shared.data.preparing.rejects import Rejects
from shared.models.receipt import Histogram, Place, Sighting

PLACES_SHOWN: Final = 20
"""Lines that a receipt names of each other thing that was seen."""

TURNS: Final = (2, 4, 6, 8, 12, 16, 24, 32)
"""Edges of the histogram of user and assistant messages; its last bar has no upper edge."""
ROW_TOKENS: Final = (0, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384)
"""Edges of the histogram of tokens."""


class Sightings:
    """Something that was seen in rows: how often, and the first places."""

    def __init__(self) -> None:
        self.rows = 0
        self._places: list[Place] = []

    def add(self, file: str | None, line: int) -> None:
        self.rows += 1
        if self.rows <= PLACES_SHOWN:
            self._places.append(Place(file=file, line=line))

    def found(self) -> Sighting:
        return Sighting(rows=self.rows, places=self._places)


class Tally:
    """Every line of an upload, counted once."""

    def __init__(self, rejects: Rejects) -> None:
        self.file: str | None = None
        self.line = 0
        """Where reading is."""
        self.blank = self.accepted = self.duplicates = self.sampled_out = self.evaluation_rows = 0
        self._too_long = Sightings()
        self._pii: dict[str, Sightings] = {}
        self.rejects = rejects
        self._repaired: Counter[str] = Counter()
        self._turns = [0] * len(TURNS)
        self._row_tokens = [0] * len(ROW_TOKENS)

    @property
    def lines(self) -> int:
        """Without blank ones."""
        return self.accepted + self.rejects.count + self.duplicates + self.sampled_out

    def accept(self, row: AcceptedRow) -> None:
        """A row that is used."""
        self.accepted += 1
        self._turns[bisect_right(TURNS, row.messages) - 1] += 1
        self._row_tokens[bisect_right(ROW_TOKENS, row.tokens) - 1] += 1
        if row.kinds:
            self._see(row.kinds)
        if row.used:
            self._repaired.update([*row.used, "rows"])
        if row.too_long:
            self._too_long.add(self.file, self.line)

    def reject(self, rejected: RejectedLine) -> None:
        """A line that is not used."""
        self._see(rejected.kinds)
        if rejected.fault.reason == "row.too_long":
            self._too_long.add(self.file, self.line)
        place: dict[str, Any] = {"line": self.line}
        self.rejects.add(rejected, place if self.file is None else {"file": self.file, **place})

    def _see(self, kinds: Collection[str]) -> None:
        """Personal data or secrets of ``kinds`` are where reading is."""
        for kind in kinds:
            self._pii.setdefault(kind, Sightings()).add(self.file, self.line)

    def figures(self) -> dict[str, Any]:
        """Fields of ``Figures``."""
        return {
            "lines": self.lines,
            "blank": self.blank,
            "accepted": self.accepted,
            "rejected": self.rejects.count,
            "duplicates": self.duplicates,
            "sampled_out": self.sampled_out,
            "repaired": dict(sorted(self._repaired.items())),
            "evaluation_rows": self.evaluation_rows,
            "too_long": self._too_long.found(),
            "pii": {kind: sightings.found() for kind, sightings in sorted(self._pii.items())},
            "turns": Histogram(edges=list(TURNS), counts=self._turns),
            "row_tokens": Histogram(edges=list(ROW_TOKENS), counts=self._row_tokens),
            "reasons": dict(sorted(self.rejects.reasons.items())),
            "problems": self.rejects.problems,
            "repairable": self.rejects.repairable(),
        }
