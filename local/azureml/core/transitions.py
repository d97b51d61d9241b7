"""The state machines: which state a resource shows while an operation lasts, which one after it, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True)
class Transition:
    """One declared transition.

    Args:
        during: state shown while it lasts.
        then: state afterwards; empty: the resource is gone.
        seconds: how long it lasts at least (real work may take longer).
    """

    during: str
    then: str
    seconds: float


TRANSITIONS: Final[Mapping[str, Transition]] = {
    "endpoints.create": Transition("Creating", "Succeeded", 0.6),
    "endpoints.update": Transition("Updating", "Succeeded", 0.3),
    "endpoints.delete": Transition("Deleting", "", 0.6),
    "deployments.create": Transition("Creating", "Succeeded", 0.6),
    "deployments.update": Transition("Updating", "Succeeded", 0.3),
    "deployments.delete": Transition("Deleting", "", 0.3),
    "jobs.start": Transition("NotStarted", "Preparing", 0.1),
    "jobs.prepare": Transition("Preparing", "Running", 0.2),
    "jobs.finalize": Transition("Finalizing", "Completed", 0.1),
    "jobs.cancel": Transition("CancelRequested", "Canceled", 0.2),
    "steps.queue": Transition("Queued", "Running", 0.1),
}


def adjusted(speed: float = 1.0, delays: Mapping[str, float] | None = None) -> dict[str, Transition]:
    """The table with its seconds divided by ``speed``, and some of them replaced by ``delays``.

    Raises:
        ValueError: a delay names no transition.
    """
    unknown = set(delays or {}) - set(TRANSITIONS)
    if unknown:
        raise ValueError(f"No such transition: {', '.join(sorted(unknown))}. There are {', '.join(TRANSITIONS)}.")
    table = {name: replace(each, seconds=each.seconds / speed) for name, each in TRANSITIONS.items()}
    return table | {name: replace(table[name], seconds=seconds) for name, seconds in (delays or {}).items()}
