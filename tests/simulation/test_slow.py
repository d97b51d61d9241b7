"""What a step asks for comes late, while a person cancels the run: nothing is left once the run has ended."""

from datetime import datetime
from functools import partial

import pytest

from shared.intents import decide
from shared.states import State
from tests.doubles.world import TICK
from tests.simulation import lives
from tests.simulation.simulation import Simulation

EFFECTS = ("jobs.submit", "models.register", "endpoints.create", "deployments.create")
AT_MOST = 30.0
"""Seconds to connect and until Azure has answered, or is given up (``gateways.http``)."""


class Slow(Simulation):
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


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("until_there", [0, 10, AT_MOST])
@pytest.mark.parametrize(("until_asked", "in_time"), [(0, True), (20, True), (30, False), (300, False)])
def test_run_ends_after_all_that_it_asked_for(
    effect: str, until_asked: float, in_time: bool, until_there: float
) -> None:
    simulation = Slow(effect, until_asked, until_there)
    assert lives.Lived(lives.LIVES["an upload that may be cancelled"], simulation).run() == []
    assert simulation.asked == [in_time]
