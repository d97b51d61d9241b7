"""One measured ratio: ours against a named peer, round by round in turn."""

import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence

from pydantic import BaseModel


class Ratio(BaseModel):
    """Ours against a peer, the median over the rounds; ``holds`` compares it with its bound."""

    name: str
    peer: str
    rounds: int
    ours: float
    """Median, in ``unit``."""
    theirs: float
    unit: str
    ratio: float
    """``ours / theirs`` of costs (``at_most``) and of rates, ``theirs / ours`` where it says how many times as fast."""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def holds(self) -> bool:
        return (self.at_most is None or self.ratio <= self.at_most) and (
            self.at_least is None or self.ratio >= self.at_least
        )

    @property
    def bound(self) -> str:
        return f"at most {self.at_most:g}" if self.at_least is None else f"at least {self.at_least:g}"


def costs(name: str, peer: str, pairs: Sequence[tuple[float, float]], at_most: float, unit: str = "s") -> Ratio:
    """What ours costs, as a multiple of the peer; a pair of each round."""
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    return Ratio(name=name, peer=peer, unit=unit, ratio=ratio, at_most=at_most, **_medians(pairs))


def speeds(name: str, peer: str, pairs: Sequence[tuple[float, float]], at_least: float) -> Ratio:
    """How many times as fast as the peer ours is; a pair of seconds of each round."""
    ratio = statistics.median(theirs / ours for ours, theirs in pairs)
    return Ratio(name=name, peer=peer, unit="s", ratio=ratio, at_least=at_least, **_medians(pairs))


def rates(name: str, peer: str, pairs: Sequence[tuple[float, float]], at_least: float, unit: str) -> Ratio:
    """What ours does a second, as a share of what the peer does; a pair of each round."""
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    return Ratio(name=name, peer=peer, unit=unit, ratio=ratio, at_least=at_least, **_medians(pairs))


def _medians(pairs: Sequence[tuple[float, float]]) -> dict[str, float]:
    ours, theirs = zip(*pairs, strict=True)
    return {"rounds": len(pairs), "ours": statistics.median(ours), "theirs": statistics.median(theirs)}


def in_turn(ours: Callable[[], float], theirs: Callable[[], float], rounds: int) -> list[tuple[float, float]]:
    """Measure both in turn, after one round that does not count; each call returns seconds."""
    ours(), theirs()
    return [(ours(), theirs()) for _ in range(rounds)]


def python_seconds(statements: str) -> Callable[[], float]:
    """Seconds that ``statements`` take in a fresh interpreter, its own start not counted."""
    code = f"import time; began = time.perf_counter()\n{statements}\nprint(time.perf_counter() - began)"

    def once() -> float:
        return float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)

    return once
