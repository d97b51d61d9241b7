"""What a step answers: what the engine is to write. Steps themselves never write the record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.core.states import Intent, State
from shared.models.run import Run
from shared.ports import Ports


@dataclass(frozen=True)
class Forward:
    """The step is done: the run enters ``state``."""

    state: State
    note: str
    """For the timeline and the notice, one sentence."""
    results: Mapping[str, Any] = field(default_factory=dict)
    """Fields of ``Results`` to set."""
    record: Mapping[str, Any] = field(default_factory=dict)
    """Other fields of the record to set, for instance ``upload`` or ``fingerprint``."""
    under: str | None = None
    """Owner of the claim it was done under: written only if that claim still stands."""


@dataclass(frozen=True)
class Wait:
    """Nothing more to do now: look again in ``seconds``."""

    seconds: float
    results: Mapping[str, Any] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)
    under: str | None = None


@dataclass(frozen=True)
class Close:
    """The run ends as ``end``: at once where it owns nothing yet (received), else through ``closing``."""

    end: State
    note: str
    error: str | None = None
    """Why it ended early, a sentence with its remedy; ``None`` where nothing went wrong."""
    results: Mapping[str, Any] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)
    under: str | None = None


@dataclass(frozen=True)
class Again:
    """Nothing of the attempt is left: the next one begins, as ``Results.automatic_retry`` says."""

    note: str
    """For the timeline and the notice, one sentence."""
    hold_reason: str | None = None
    """Why it waits for an approval."""
    under: None = None


Outcome = Forward | Wait | Close
Step = Callable[[Run, Ports], Outcome | Again]


def wanted(run: Run) -> Close | None:
    """The end that the run's owner asks for; ``None``: none."""
    if run.intent is Intent.CANCEL:
        return Close(State.CANCELLED, "Cancelled by its owner.")
    if run.intent is Intent.SUPERSEDE:
        return Close(State.SUPERSEDED, "A newer version of the upload took its place.")
    return None
