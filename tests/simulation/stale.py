"""Suite: reads of Azure ML are stale. They answer with any of the last three states of the resource."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from tests.simulation.lives import LIVES, SETTINGS, Lived
from tests.simulation.simulation import Batch, Simulation, Single

READS: Final = frozenset(
    {
        *("jobs.get", "jobs.tagged", "models.get", "models.tagged"),
        *("endpoints.get", "endpoints.tagged", "deployments.get", "deployments.of"),
    }
)
"""Reads that may be stale. Reads of storage are not."""
Read = tuple[str, tuple[Any, ...]]
_LIVES: Final = tuple(name for name in LIVES if name.startswith(("one upload", "an upload that is cancelled")))
_OTHERS: Final = tuple(name for name in LIVES if name not in _LIVES)


class Behind(Simulation):
    """Some reads of Azure ML answer with an earlier state.

    Args:
        lags: by how many states each read is behind, by the number of its call; other reads are current.
    """

    def __init__(self, lags: Mapping[int, int], **settings: Any) -> None:
        super().__init__(**settings)
        self.reads: list[int] = []
        """Numbers of the calls that may be stale."""
        self._lags = lags
        self._past: dict[Read, list[Any]] = {}
        self.faults.before = self._record_changes
        self.faults.alter = self._earlier

    def _record_changes(self, name: str) -> None:
        """Record the current state of each read that has changed since the last call."""
        for read, past in self._past.items():
            now = self._now(*read)
            if now != past[-1]:
                past.append(now)

    def _earlier(self, name: str, args: tuple[Any, ...], result: Any) -> Any:
        if name not in READS:
            return result
        call = len(self.faults.calls) - 1
        self.reads.append(call)
        before: Any = [] if name.endswith(("tagged", "of")) else None
        past = self._past.setdefault((name, args), [before])
        self._record_changes(name)
        state = past[max(0, len(past) - 1 - self._lags.get(call, 0))]
        return iter(state) if isinstance(state, list) else state

    def _now(self, name: str, args: tuple[Any, ...]) -> Any:
        port, _, method = name.partition(".")
        result = getattr(getattr(self.ports, port), method)(*args)
        return list(result) if isinstance(result, Iterator) else result


@dataclass(frozen=True)
class Lagging(Single):
    """A life in which some reads, given by the numbers of their calls, are ``lag`` states behind."""

    life: str
    reads: tuple[int, ...]
    lag: int

    def begun(self) -> Lived:
        return Lived(LIVES[self.life], Behind(dict.fromkeys(self.reads, self.lag), **SETTINGS.get(self.life, {})))


def at_any_read() -> list[Batch]:
    """Every read of every life, one and two states behind; in some lives also every two and three reads in a row."""
    lengths = {**dict.fromkeys(_LIVES, (1, 2, 3)), **dict.fromkeys(_OTHERS, (1,))}
    behind = ((life, reads) for life, most in lengths.items() for reads in _in_a_row(_reads(life), most))
    return [Lagging(life, reads, lag) for life, reads in behind for lag in (1, 2)]


def _in_a_row(reads: list[int], lengths: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    return (tuple(reads[first : first + length]) for length in lengths for first in range(len(reads)))


@cache
def _reads(life: str) -> list[int]:
    simulation = Behind({}, **SETTINGS.get(life, {}))
    LIVES[life](simulation)
    return simulation.reads
