"""The app in one thread, over ports that fail as planned. Each call is numbered and checked."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol

from shared.core.naming import normal_etag
from tests.doubles.faults import Faults, Kind
from tests.doubles.world import Event, World
from tests.simulation.invariants import History, Watch, violations_at_rest

DAY: Final = 24 * 3600.0
_STALLED: Final = 120.0
"""Seconds for which a worker is stalled: longer than a claim lasts."""


class Schedule(Protocol):
    """What happens, and when. The same schedule always ends the same way."""

    def run(self) -> list[str]:
        """The violations, in order."""
        ...


def violations(schedule: Schedule) -> list[str]:
    """The violations of a schedule. An unplanned error of the app is a violation too."""
    try:
        return schedule.run()
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]


class Begun(Schedule, Protocol):
    """A schedule in its own world, which can be read afterwards."""

    @property
    def simulation(self) -> "Simulation": ...


class Single(ABC):
    """One schedule, as data."""

    @abstractmethod
    def begun(self) -> Begun:
        """This schedule in a new world."""

    def run(self) -> list[str]:
        """The violations, in order."""
        return self.begun().run()

    def runs(self) -> "Iterator[Run]":
        """Run this schedule only."""
        yield self, violations(self)


Run = tuple[Single, list[str]]
"""A schedule and its violations."""


class Batch(Protocol):
    """One schedule, or many similar ones."""

    def runs(self) -> Iterator[Run]:
        """Run each schedule."""
        ...


class Simulation(World):
    """A world whose calls are numbered and checked."""

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
            self.history.announced.add((event["subject"].partition("/blobs/")[2], normal_etag(event["data"]["eTag"])))
        return super().deliver(event)

    def at_rest(self) -> bool:
        """Whether nothing is left to be done."""
        return not any(violations_at_rest(self.ports, self.history))

    def violations(self) -> list[str]:
        """All violations so far. Call it at rest."""
        return [
            *self.watch.violations,
            *self.watch.missing_from_ledger(),
            *violations_at_rest(self.ports, self.history),
        ]
