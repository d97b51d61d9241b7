"""Suites in which Azure ML's answers are behind: any of the last three states of what was asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from tests.simulation.lives import LIVES, SETTINGS, Lived
from tests.simulation.simulation import Batch, Simulation, Single

READS: Final = frozenset(
    {
        *("jobs.get", "jobs.ours", "models.get", "models.ours"),
        *("endpoints.get", "endpoints.ours", "deployments.get", "deployments.of"),
    }
)
"""Storage answers with what is; these need not."""
Read = tuple[str, tuple[Any, ...]]
_LIVES: Final = tuple(name for name in LIVES if name.startswith(("one upload", "an upload that is cancelled")))
_OTHERS: Final = tuple(name for name in LIVES if name not in _LIVES)


class Behind(Simulation):
    """Reads of Azure ML answer with an earlier state.

    Args:
        lags: how many states, by the number of the call: 1 or 2; 0 for all others.
    """

    def __init__(self, lags: Mapping[int, int], **settings: Any) -> None:
        super().__init__(**settings)
        self.reads: list[int] = []
        """The calls that may be behind."""
        self._lags = lags
        self._past: dict[Read, list[Any]] = {}
        self.faults.before = self._look
        self.faults.alter = self._seen

    def _look(self, name: str) -> None:
        """Whatever has changed since the last look is another state."""
        for read, past in self._past.items():
            now = self._now(*read)
            if now != past[-1]:
                past.append(now)

    def _seen(self, name: str, args: tuple[Any, ...], answer: Any) -> Any:
        if name not in READS:
            return answer
        call = len(self.faults.calls) - 1
        self.reads.append(call)
        before: Any = [] if name.endswith(("ours", "of")) else None
        past = self._past.setdefault((name, args), [before])
        self._look(name)
        found = past[max(0, len(past) - 1 - self._lags.get(call, 0))]
        return iter(found) if isinstance(found, list) else found

    def _now(self, name: str, args: tuple[Any, ...]) -> Any:
        port, _, method = name.partition(".")
        found = getattr(getattr(self.ports, port), method)(*args)
        return list(found) if isinstance(found, Iterator) else found


@dataclass(frozen=True)
class Lagging(Single):
    """A life in which reads, given by their calls' numbers, are ``lag`` states behind."""

    life: str
    reads: tuple[int, ...]
    lag: int

    def begun(self) -> Lived:
        return Lived(LIVES[self.life], Behind(dict.fromkeys(self.reads, self.lag), **SETTINGS.get(self.life, {})))


def at_any_read() -> list[Batch]:
    """Every read of every life, one state behind and two; of some lives also every two and three in a row."""
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
