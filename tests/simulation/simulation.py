"""The app in one thread, over ports that fail as planned, watched at every call."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol

from shared import claims
from shared.naming import run_id
from shared.resources import UPLOADS
from shared.states import State
from tests.doubles.faults import Faults, Kind
from tests.doubles.world import Event, World, chat
from tests.simulation.invariants import Watch, at_rest

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
        self.uploads: list[tuple[str, str]] = []
        """(path, ETag) of the versions that must have a run."""
        self.doomed: set[str] = set()
        """Runs that something was done to, so that they may fail."""

    def do(self, call: Callable[[], Any]) -> bool:
        self.faults.begun.append(len(self.faults.calls))
        return super().do(call)

    def upload(self, path: str, content: bytes | None = None) -> Event:
        event = super().upload(path, UPLOAD if content is None else content)
        self.uploads.append((path, event["data"]["eTag"]))
        return event

    def violations(self) -> list[str]:
        """All that is wrong; to be asked at rest."""
        return self.watch.found + at_rest(self.ports, self.uploads, self.doomed)


def life(simulation: Simulation) -> Simulation:
    """One upload, its event twice, from arrival until its endpoint has been reaped."""
    simulation.ports.jobs.lasts = simulation.ports.endpoints.hosting.deployment_seconds = 15
    event = simulation.upload("support/faq.jsonl")
    simulation.deliver(event)
    simulation.deliver(event)
    run = run_id(simulation.ports.blobs.account, UPLOADS, "support/faq.jsonl", event["data"]["eTag"])
    simulation.until_state(run, State.LIVE)
    simulation.until(lambda: at_rest(simulation.ports, simulation.uploads, simulation.doomed) == [])
    simulation.clock.advance(DAY)
    simulation.until_reaped(run)
    simulation.until(lambda: not simulation.ports.active.rows)
    return simulation
