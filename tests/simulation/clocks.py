"""Suite: workers whose clocks are a minute apart, the most that docs/architecture.md allows."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from shared.core.states import State
from shared.ports import Clock
from tests.simulation import lives
from tests.simulation.lives import Lived
from tests.simulation.simulation import Batch, Simulation, Single

LIVES: Final[tuple[Callable[[Simulation], None], ...]] = (
    *(lives.one_upload, lives.two_uploads, lives.lease_run_out),
    *(partial(lives.cancelled, state) for state in (State.SUBMITTED, State.DEPLOYING, State.LIVE)),
)
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Ahead:
    """``ports.Clock``: ahead of another clock."""

    clock: Clock
    by: timedelta

    def now(self) -> datetime:
        return self.clock.now() + self.by


class Apart(Simulation):
    """Each invocation has one of two clocks, chosen at random."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._rnd = random.Random(seed)

    def do(self, call: Callable[[], Any]) -> bool:
        done = super().do(call)
        self.app = replace(self.app, clock=Ahead(self.clock, self._rnd.choice((timedelta(), MINUTE))))
        return done


@dataclass(frozen=True)
class AMinuteApart(Single):
    """A life without faults; the seed decides which invocations have the clock that is ahead."""

    number: int
    seed: int

    def begun(self) -> Lived:
        return Lived(LIVES[self.number], Apart(self.seed))


def a_minute_apart() -> list[Batch]:
    """Each life with ten seeds."""
    return [AMinuteApart(number, seed) for number in range(len(LIVES)) for seed in range(10)]
