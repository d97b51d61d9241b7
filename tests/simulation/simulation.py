"""The app in one thread, over ports that fail as planned, watched at every call."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol

from shared.core.naming import normal_etag
from tests.doubles.faults import Faults, Kind
from tests.doubles.world import Event, World
from tests.simulation.invariants import History, Watch, at_rest

DAY: Final = 24 * 3600.0
_STALLED: Final = 120.0
"""Seconds: longer than a claim lasts."""


class Schedule(Protocol):
    """What happens, and when: the same one always ends the same."""

    def run(self) -> list[str]:
        """What was violated."""
        ...


def violations(schedule: Schedule) -> list[str]:
    """What a schedule violates; an error of the app that nobody planned is a violation too."""
    try:
        return schedule.run()
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]


class Begun(Schedule, Protocol):
    """A schedule in its world, which can be looked at afterwards."""

    @property
    def simulation(self) -> "Simulation": ...


class Single(ABC):
    """One schedule, given as data."""

    @abstractmethod
    def begun(self) -> Begun:
        """In a world of its own."""

    def run(self) -> list[str]:
        """What was violated."""
        return self.begun().run()

    def runs(self) -> "Iterator[Run]":
        """Itself."""
        yield self, violations(self)


Run = tuple[Single, list[str]]
"""A schedule, and what it violated."""


class Batch(Protocol):
    """One schedule, or many that are alike."""

    def runs(self) -> Iterator[Run]:
        """Run each."""
        ...


class Simulation(World):
    """A world whose calls are numbered, and watched."""

    def __init__(self, plan: Mapping[int, Kind] | None = None, **settings: Any) -> None:
        self.faults = Faults(plan)
        super().__init__(self.faults, **settings)
        self.history = History()
        self.watch = Watch(self.ports)
        self.faults.after = self.watch.after
        self.faults.stall = lambda: self.clock.advance(_STALLED)

    def do(self, call: Callable[[], Any]) -> bool:
        self.faults.first_calls.append(len(self.faults.calls))
        return super().do(call)

    def upload(self, path: str, content: bytes | None = None) -> Event:
        event = super().upload(path, content)
        self.history.uploaded[(path, event["data"]["eTag"])] = hashlib.sha256(content or b"").hexdigest()
        return event

    def deliver(self, event: Event) -> str | None:
        if event["data"].get("contentLength"):
            self.history.told.add((event["subject"].partition("/blobs/")[2], normal_etag(event["data"]["eTag"])))
        return super().deliver(event)

    def at_rest(self) -> bool:
        """Whether nothing is left to be done."""
        return not any(at_rest(self.ports, self.history))

    def violations(self) -> list[str]:
        """All that is wrong; to be asked at rest."""
        return [*self.watch.found, *self.watch.unaccounted(), *at_rest(self.ports, self.history)]
