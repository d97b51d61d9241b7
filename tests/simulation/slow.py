"""Suite in which what a step asks for comes late, while a person cancels the run."""

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
"""Seconds after which a step asks for nothing more (``pace.latest_start``)."""
AT_MOST: Final = 30.0
"""Seconds to connect and until Azure has answered, or is given up (``gateways.http``)."""


class Held(Simulation):
    """A person cancels the run just before its worker asks for something.

    Args:
        effect: what it asks for.
        until_asked: seconds that pass until it does.
        until_there: seconds that then pass until it is there.
    """

    def __init__(self, effect: str, until_asked: float, until_there: float) -> None:
        super().__init__()
        self.asked: list[bool] = []
        """Whether each creation was still in time."""
        self._effect = effect
        self._until_asked = until_asked
        self._until_there = until_there
        self._in_time = self.clock.in_time
        self.faults.before = self._before

    def _before(self, name: str) -> None:
        if name == self._effect:
            self.faults.before = None
            self.clock.in_time = self._ask  # type: ignore[method-assign]
            [run] = self.ports.runs.all()
            self.history.causes.add((run.upload.path, State.CANCELLED))
            self.do(partial(decide, run.project, run.run_id, "cancel", "ada@example.com", self.app))
            self._pass(self._until_asked)

    def _ask(self, before: datetime | None) -> None:
        self.clock.in_time = self._in_time  # type: ignore[method-assign]
        self.asked.append(False)
        self._in_time(before)
        self.asked[-1] = True
        self._pass(self._until_there)

    def _pass(self, seconds: float) -> None:
        for _ in range(int(seconds / TICK)):
            self.round()
            self.clock.advance(TICK)


@dataclass(frozen=True)
class Slow(Single):
    """An upload that may be cancelled, and is while its worker is slow: as ``Held`` says."""

    effect: str
    until_asked: float
    until_there: float

    def begun(self) -> Lived:
        return Lived(self.live, Held(self.effect, self.until_asked, self.until_there))

    def live(self, simulation: Simulation) -> None:
        """What was asked for in time is there, what was not is not."""
        assert isinstance(simulation, Held)
        lives.stoppable(simulation)
        if simulation.asked != [self.until_asked < LATEST]:
            simulation.watch.found.append(f"{self.effect} was asked for after {self.until_asked} s: {simulation.asked}")


def while_a_person_cancels() -> list[Batch]:
    """Everything that a run makes, early and late and too late."""
    return [Slow(*one) for one in product(EFFECTS, (0, 20, 30, 300), (0, 10, AT_MOST))]
