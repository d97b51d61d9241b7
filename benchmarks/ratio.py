"""One measured ratio: ours against a named peer, round by round in turn."""

import statistics
import subprocess
import sys
from collections.abc import Callable

from pydantic import BaseModel


class Ratio(BaseModel):
    """``ours / peer``, the median over the rounds; ``holds`` compares it with ``at_most``."""

    name: str
    peer: str
    rounds: int
    ours: float
    """Median, in ``unit``."""
    theirs: float
    unit: str
    ratio: float
    at_most: float

    @property
    def holds(self) -> bool:
        return self.ratio <= self.at_most


def compare(name: str, peer: str, ours: Callable[[], float], theirs: Callable[[], float], at_most: float) -> Ratio:
    """Measure both in turn, after one round that does not count; each call returns seconds."""
    rounds = 15
    ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return Ratio(
        name=name,
        peer=peer,
        rounds=rounds,
        ours=statistics.median(a for a, _ in pairs),
        theirs=statistics.median(b for _, b in pairs),
        unit="s",
        ratio=statistics.median(a / b for a, b in pairs),
        at_most=at_most,
    )


def python_seconds(statements: str) -> Callable[[], float]:
    """Seconds that ``statements`` take in a fresh interpreter, its own start not counted."""
    code = f"import time; began = time.perf_counter()\n{statements}\nprint(time.perf_counter() - began)"

    def once() -> float:
        return float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)

    return once
