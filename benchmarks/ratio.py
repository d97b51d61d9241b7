"""Measured ratios of our code to a named peer. Each round measures one after the other."""

import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence

from pydantic import BaseModel


class Ratio(BaseModel):
    """The ratio of our code to a peer, as the median of all rounds, with its bound."""

    name: str
    peer: str
    rounds: int
    ours: float
    """Median, in ``unit``."""
    theirs: float
    unit: str
    ratio: float
    """``ours / theirs`` for costs (``at_most``) and rates, ``theirs / ours`` for speeds (how many times as fast)."""
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
    """Our cost as a multiple of the peer's; one pair (ours, theirs) for each round, in ``unit``."""
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    return Ratio(name=name, peer=peer, unit=unit, ratio=ratio, at_most=at_most, **_medians(pairs))


def speeds(name: str, peer: str, pairs: Sequence[tuple[float, float]], at_least: float) -> Ratio:
    """How many times as fast as the peer our code is; one pair of seconds (ours, theirs) for each round."""
    ratio = statistics.median(theirs / ours for ours, theirs in pairs)
    return Ratio(name=name, peer=peer, unit="s", ratio=ratio, at_least=at_least, **_medians(pairs))


def rates(name: str, peer: str, pairs: Sequence[tuple[float, float]], at_least: float, unit: str) -> Ratio:
    """Our rate as a share of the peer's; one pair (ours, theirs) for each round, in ``unit``."""
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    return Ratio(name=name, peer=peer, unit=unit, ratio=ratio, at_least=at_least, **_medians(pairs))


def _medians(pairs: Sequence[tuple[float, float]]) -> dict[str, float]:
    ours, theirs = zip(*pairs, strict=True)
    return {"rounds": len(pairs), "ours": statistics.median(ours), "theirs": statistics.median(theirs)}


def in_turn(ours: Callable[[], float], theirs: Callable[[], float], rounds: int) -> list[tuple[float, float]]:
    """Measure both by turns, after one round that does not count; a pair of seconds (ours, theirs) for each round."""
    ours(), theirs()
    return [(ours(), theirs()) for _ in range(rounds)]


def python_seconds(statements: str) -> Callable[[], float]:
    """Measures the seconds that ``statements`` take in a new interpreter, without the interpreter's start."""
    code = f"import time; began = time.perf_counter()\n{statements}\nprint(time.perf_counter() - began)"

    def seconds() -> float:
        return float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)

    return seconds
