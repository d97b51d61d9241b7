"""The states and their transitions."""

import pytest

from shared.core.states import DEADLINES, ENDS, TRANSITIONS, State, has_come_to, may_follow, rank
from shared.engine.advance import STEPS


def test_every_state_is_an_end_or_has_a_step_a_deadline_and_successors() -> None:
    moving = set(State) - ENDS
    assert set(STEPS) == set(DEADLINES) == set(TRANSITIONS) == moving


def test_every_state_can_be_reached() -> None:
    assert set().union(*TRANSITIONS.values()) == set(State) - {State.RECEIVED}


@pytest.mark.parametrize("state", list(TRANSITIONS))
def test_a_run_only_moves_forward(state: State) -> None:
    assert all(rank(after) > rank(state) for after in TRANSITIONS[state])


@pytest.mark.parametrize("state", [state for state in TRANSITIONS if state not in (State.RECEIVED, State.CLOSING)])
def test_a_run_that_may_own_resources_goes_through_closing_before_it_ends(state: State) -> None:
    assert not TRANSITIONS[state] & ENDS
    assert may_follow(state, State.CLOSING)


def test_no_state_follows_an_end() -> None:
    assert not any(may_follow(end, state) for end in ENDS for state in State)


@pytest.mark.parametrize(
    ("now", "goal", "reached"),
    [
        (State.TRAINED, State.TRAINED, True),
        (State.LIVE, State.TRAINED, True),
        (State.SUBMITTED, State.TRAINED, False),
        (State.CLOSING, State.TRAINED, False),
        (State.FAILED, State.LIVE, False),
        (State.RETIRED, State.RETIRED, True),
        (State.LIVE, State.RETIRED, False),
    ],
)
def test_a_run_has_come_to_its_state_and_to_every_state_before_it_on_the_path(
    now: State, goal: State, reached: bool
) -> None:
    assert has_come_to(now, goal) is reached
