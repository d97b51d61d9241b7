"""What the simulator's doubles leave out makes no difference."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from shared.models.base import Model
from shared.states import State
from tests.simulation import lives
from tests.simulation.simulation import Simulation

LIVES = (lives.one, lives.two, lives.late, partial(lives.cancelled, State.SUBMITTED))


@pytest.mark.parametrize("life", LIVES)
def test_rows_are_equal_after_their_way_through_json(life: Callable[[Simulation], None]) -> None:
    written: list[Model] = []

    def after(name: str, args: tuple[Any, ...], answer: Any) -> None:
        written.extend(arg for arg in args if isinstance(arg, Model))
        simulation.watch.after(name, args, answer)

    simulation = Simulation()
    simulation.faults.after = after
    life(simulation)
    assert len(written) > 20
    assert [one for one in written if type(one).model_validate_json(one.model_dump_json()) != one] == []
