"""The account of an upload's lines: what became of each, and what was seen in them."""

import base64
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any, Final

import orjson

from shared.data.faults import HINTS, Fault
from shared.data.outputs import Buffered, Sink
from shared.models.receipt import Histogram, Place, Problem, Sighting

PROBLEMS_SHOWN: Final = 100
"""Bad lines that a receipt lists; ``rejected.jsonl`` has all of them."""
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


class Account:
    """Every line of an upload, counted once."""

    def __init__(self, rejected: Sink) -> None:
        self.file: str | None = None
        self.line = 0
        """Where reading is."""
        self.blank = self.accepted = self.rejected = self.duplicates = self.sampled_out = self.pinned = 0
        self.too_long = Sightings()
        self.pii: dict[str, Sightings] = {}
        self._rejects = Buffered(rejected)
        self._reasons: Counter[str] = Counter()
        self._problems: list[Problem] = []
        self._mended: Counter[str] = Counter()
        self._turns = [0] * len(TURNS)
        self._row_tokens = [0] * len(ROW_TOKENS)

    @property
    def lines(self) -> int:
        """Without blank ones."""
        return self.accepted + self.rejected + self.duplicates + self.sampled_out

    def accept(self, turns: int, tokens: int) -> None:
        self.accepted += 1
        self._turns[bisect_right(TURNS, turns) - 1] += 1
        self._row_tokens[bisect_right(ROW_TOKENS, tokens) - 1] += 1

    def mend(self, used: Iterable[str]) -> None:
        """An accepted row has been repaired."""
        self._mended.update([*used, "rows"])

    def see(self, kinds: Collection[str]) -> None:
        """Personal data or secrets of ``kinds`` are in an accepted row."""
        for kind in kinds:
            self.pii.setdefault(kind, Sightings()).add(self.file, self.line)

    def reject(self, line: bytes, fault: Fault) -> None:
        """A bad line: reported, and kept as it came."""
        self.rejected += 1
        self._reasons[fault.reason] += 1
        problem: dict[str, Any] = {"line": self.line, **fault._asdict(), "hint": HINTS[fault.reason]}
        if self.file is not None:
            problem["file"] = self.file
        if self.rejected <= PROBLEMS_SHOWN:
            self._problems.append(Problem.model_validate(problem))
        self._rejects.write(orjson.dumps(problem | _raw(line), option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        """Nothing more will be rejected."""
        self._rejects.flush()

    def figures(self) -> dict[str, Any]:
        """Fields of ``Figures``."""
        return {
            "lines": self.lines,
            "blank": self.blank,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "duplicates": self.duplicates,
            "sampled_out": self.sampled_out,
            "mended": dict(sorted(self._mended.items())),
            "pinned_rows": self.pinned,
            "too_long": self.too_long.found(),
            "pii": {kind: sightings.found() for kind, sightings in sorted(self.pii.items())},
            "turns": Histogram(edges=list(TURNS), counts=self._turns),
            "row_tokens": Histogram(edges=list(ROW_TOKENS), counts=self._row_tokens),
            "reasons": dict(sorted(self._reasons.items())),
            "problems": self._problems,
        }


def _raw(line: bytes) -> dict[str, str]:
    try:
        return {"raw": line.decode()}
    except UnicodeDecodeError:
        return {"raw_base64": base64.b64encode(line).decode()}
