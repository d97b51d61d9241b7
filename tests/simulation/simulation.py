"""The app in one thread, over ports that fail as planned, watched at every call."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol

from shared import claims
from shared.naming import normal_etag, run_id
from shared.resources import UPLOADS
from shared.states import State
from tests.doubles.faults import Faults, Kind
from tests.doubles.world import Event, World, chat
from tests.simulation.invariants import Version, Watch, at_rest

DAY: Final = 24 * 3600.0
UPLOAD: Final = chat(rows=12)


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


@contextmanager
def no_heartbeat(claim: claims.HeldClaim, every: float) -> Iterator[None]:
    """In place of a claim's: nothing here goes by real time, and a worker that is held up loses its claim."""
    yield


class Simulation(World):
    """A world whose calls are numbered, and watched."""

    def __init__(self, plan: Mapping[int, Kind] | None = None, **settings: Any) -> None:
        self.faults = Faults(plan)
        super().__init__(self.faults, **settings)
        self.watch = Watch(self.ports)
        self.faults.after = self.watch.after
        self.told: set[Version] = set()
        """Uploads that the app was told of."""
        self.causes: set[tuple[str, State]] = set()
        """(path, end): what has been done to uploads, so that their runs may come to that end."""

    def do(self, call: Callable[[], Any]) -> bool:
        self.faults.begun.append(len(self.faults.calls))
        return super().do(call)

    def deliver(self, event: Event) -> str | None:
        if event["data"].get("contentLength"):
            self.told.add((event["subject"].partition("/blobs/")[2], normal_etag(event["data"]["eTag"])))
        return super().deliver(event)

    def at_rest(self) -> bool:
        """Whether nothing is left to be done."""
        return at_rest(self.ports, self.told, self.causes) == []

    def violations(self) -> list[str]:
        """All that is wrong; to be asked at rest."""
        return self.watch.found + self.watch.unaccounted() + at_rest(self.ports, self.told, self.causes)


def life(simulation: Simulation) -> Simulation:
    """One upload, its event twice, from arrival until its endpoint has been reaped."""
    simulation.ports.jobs.lasts = simulation.ports.endpoints.hosting.deployment_seconds = 15
    event = simulation.upload("support/faq.jsonl", UPLOAD)
    simulation.deliver(event)
    simulation.deliver(event)
    run = run_id(simulation.ports.blobs.account, UPLOADS, "support/faq.jsonl", event["data"]["eTag"])
    simulation.until_state(run, State.LIVE)
    simulation.until(simulation.at_rest)
    simulation.clock.advance(DAY)
    simulation.until_reaped(run)
    simulation.until(lambda: not simulation.ports.active.rows)
    return simulation
