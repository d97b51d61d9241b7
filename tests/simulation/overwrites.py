"""Suite: an upload is overwritten at any moment, and the events of both versions come in any order."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from tests.simulation import lives
from tests.simulation.lives import Lived
from tests.simulation.simulation import Batch, Simulation, Single

_LAST: Final = 15
"""Rounds after which the older version's run is live."""
_ORDERS: Final = ((0, 1), (1, 0), (0, 1, 0), (1, 0, 1))
"""Orders of the events: 0 is about the older version, 1 about the newer one."""


@dataclass(frozen=True)
class Overwritten(Single):
    """The first event comes, and the others after some rounds; the newer version is written before its first event."""

    order: tuple[int, ...]
    rounds: int

    def begun(self) -> Lived:
        return Lived(partial(lives.overwritten, self.order, self.rounds), Simulation())


def at_any_moment() -> list[Batch]:
    """Every order of the events with every number of rounds."""
    return [Overwritten(order, rounds) for order in _ORDERS for rounds in range(_LAST + 1)]
