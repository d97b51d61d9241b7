"""The states of a run, which state may follow which, and how long each may last."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """The state of a run. A run that may own a job or a deployment goes through ``closing`` before it ends."""

    RECEIVED = "received"
    PREPARED = "prepared"
    SUBMITTED = "submitted"
    TRAINED = "trained"
    REGISTERED = "registered"
    DEPLOYING = "deploying"
    DEPLOYED = "deployed"
    EVALUATED = "evaluated"
    LIVE = "live"
    CLOSING = "closing"
    VALIDATED = "validated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    DECLINED = "declined"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    RETIRED = "retired"


class Intent(StrEnum):
    """What the owner of a run wants. It is a field of the record, not a state."""

    PROCEED = "proceed"
    CANCEL = "cancel"
    SUPERSEDE = "supersede"


ENDS: Final = frozenset(
    {
        State.VALIDATED,
        State.UNCHANGED,
        State.REJECTED,
        State.DECLINED,
        State.FAILED,
        State.SUPERSEDED,
        State.CANCELLED,
        State.RETIRED,
    }
)

TRANSITIONS: Final[Mapping[State, frozenset[State]]] = {
    State.RECEIVED: (ENDS - {State.DECLINED, State.RETIRED}) | {State.PREPARED},
    State.PREPARED: frozenset({State.CLOSING, State.SUBMITTED}),
    State.SUBMITTED: frozenset({State.CLOSING, State.TRAINED}),
    State.TRAINED: frozenset({State.CLOSING, State.REGISTERED}),
    State.REGISTERED: frozenset({State.CLOSING, State.DEPLOYING}),
    State.DEPLOYING: frozenset({State.CLOSING, State.DEPLOYED}),
    State.DEPLOYED: frozenset({State.CLOSING, State.EVALUATED}),
    State.EVALUATED: frozenset({State.CLOSING, State.LIVE}),
    State.LIVE: frozenset({State.CLOSING}),
    State.CLOSING: ENDS - {State.VALIDATED, State.UNCHANGED, State.REJECTED},
}

STARTS: Final = (State.REGISTERED, State.TRAINED, State.PREPARED, State.RECEIVED)
"""Where a further attempt may begin: in the first of these states whose results exist already."""

RETRIED: Final = frozenset({State.FAILED, State.CANCELLED})
"""Ends that a further attempt may follow. Nothing else follows an end."""

DEADLINES: Final[Mapping[State, timedelta]] = {
    State.RECEIVED: timedelta(hours=6),
    State.PREPARED: timedelta(hours=1),
    State.SUBMITTED: timedelta(days=7),
    State.TRAINED: timedelta(hours=1),
    State.REGISTERED: timedelta(days=1),
    State.DEPLOYING: timedelta(hours=3),
    State.DEPLOYED: timedelta(hours=3),
    State.EVALUATED: timedelta(hours=1),
    State.LIVE: timedelta(days=400),
    State.CLOSING: timedelta(days=1),
}
"""How long a run may stay in a state before it is closed as failed. A live run retires instead. A run that is still
``closing`` goes on, and says so again each time."""


def rank(state: State) -> int:
    """Position of a state on the path: in one attempt it only rises."""
    return list(State).index(state)


def may_follow(before: State, after: State) -> bool:
    """Whether ``after`` may directly follow ``before``."""
    return after in TRANSITIONS.get(before, frozenset())


def has_come_to(now: State, goal: State) -> bool:
    """Whether a run is at ``goal`` or past it on the path; ``False`` if the run is closing or has ended."""
    off_the_path = now in ENDS or now is State.CLOSING
    return now is goal or (not off_the_path and rank(now) > rank(goal))
