"""Suite: the effect of a step comes late, while a person cancels the run."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import product
from typing import Final

from shared.core.states import State
from shared.runs.decisions import decide
from tests.doubles.world import TICK
from tests.simulation import lives
from tests.simulation.lives import Lived
from tests.simulation.simulation import Batch, Simulation, Single

EFFECTS: Final = ("jobs.submit", "models.register", "endpoints.create", "deployments.create")
LATEST: Final = 25
"""Seconds after which a step starts nothing more (``pace.latest_start``)."""
AT_MOST: Final = 30.0
"""Longest request in seconds: to connect and to answer (``gateways.http``)."""


class Delayed(Simulation):
    """A person cancels the run just before its worker requests an effect.

    Args:
        effect: the call that requests it.
        until_asked: seconds until the worker requests it.
        until_there: seconds from then until the effect is there.
    """

    def __init__(self, effect: str, until_asked: float, until_there: float) -> None:
        super().__init__()
        self.in_time: list[bool] = []
        """Whether each request was still in time."""
        self._effect = effect
        self._until_asked = until_asked
        self._until_there = until_there
        self._check_in_time = self.clock.in_time
        self.faults.before = self._before

    def _before(self, name: str) -> None:
        if name == self._effect:
            self.faults.before = None
            self.clock.in_time = self._request  # type: ignore[method-assign]
            [run] = self.ports.runs.all()
            self.history.causes.add((run.upload.path, State.CANCELLED))
            self.do(partial(decide, run.project, run.run_id, "cancel", "ada@example.com", self.app))
            self._pass(self._until_asked)

    def _request(self, before: datetime | None) -> None:
        self.clock.in_time = self._check_in_time  # type: ignore[method-assign]
        self.in_time.append(False)
        self._check_in_time(before)
        self.in_time[-1] = True
        self._pass(self._until_there)

    def _pass(self, seconds: float) -> None:
        for _ in range(int(seconds / TICK)):
            self.round()
            self.clock.advance(TICK)


@dataclass(frozen=True)
class Slow(Single):
    """An upload that is cancelled while its worker is slow, as in ``Delayed``."""

    effect: str
    until_asked: float
    until_there: float

    def begun(self) -> Lived:
        return Lived(self.live, Delayed(self.effect, self.until_asked, self.until_there))

    def live(self, simulation: Simulation) -> None:
        """Live through it. Only a request in time may have an effect."""
        assert isinstance(simulation, Delayed)
        lives.may_be_cancelled(simulation)
        if simulation.in_time != [self.until_asked < LATEST]:
            simulation.watch.violations.append(
                f"{self.effect} was called after {self.until_asked} s; in time: {simulation.in_time}"
            )


def while_a_person_cancels() -> list[Batch]:
    """Every effect of a run: at once, late, and too late."""
    return [Slow(*delays) for delays in product(EFFECTS, (0, 20, 30, 300), (0, 10, AT_MOST))]
