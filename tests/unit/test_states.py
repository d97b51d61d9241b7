"""The table of states."""

import pytest

from shared.engine import STEPS
from shared.states import DEADLINES, ENDS, TRANSITIONS, State, may_follow, rank


def test_every_state_is_an_end_or_has_a_step_a_deadline_and_successors() -> None:
    moving = set(State) - ENDS
    assert set(STEPS) == set(DEADLINES) == set(TRANSITIONS) == moving


def test_every_state_is_reached() -> None:
    assert set().union(*TRANSITIONS.values()) == set(State) - {State.RECEIVED}


@pytest.mark.parametrize("state", list(TRANSITIONS))
def test_run_only_moves_forward(state: State) -> None:
    assert all(rank(after) > rank(state) for after in TRANSITIONS[state])


@pytest.mark.parametrize("state", [state for state in TRANSITIONS if state not in (State.RECEIVED, State.CLOSING)])
def test_end_of_a_run_that_may_own_something_is_reached_through_closing(state: State) -> None:
    assert not TRANSITIONS[state] & ENDS
    assert may_follow(state, State.CLOSING)


def test_nothing_follows_an_end() -> None:
    assert not any(may_follow(end, state) for end in ENDS for state in State)
