"""Suite: an upload's metadata changes while its job runs, and one call fails while the app finds out."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from shared.core.resources import UPLOADS
from shared.core.states import State
from shared.sweeps.sweep import sweep
from tests.doubles.faults import Kind
from tests.doubles.world import chat
from tests.simulation.lives import Lived
from tests.simulation.simulation import DAY, Batch, Simulation, Single

PATH = "support/faq.jsonl"
CONTENT = chat(rows=12)
_KINDS: Final[tuple[Kind, ...]] = ("crash before", "crash after", "timed out")


@dataclass(frozen=True)
class Touched(Single):
    """One upload whose metadata is changed while its job runs; the sweep finds the new version."""

    plan: tuple[tuple[int, Kind], ...] = ()
    """(number of the call, what happens to it)."""

    def begun(self) -> Lived:
        return Lived(self.live, Simulation(dict(self.plan)))

    def live(self, simulation: Simulation) -> range:
        """Live through it; the numbers of the calls from the sweep until the new version is found to be unchanged."""
        ports = simulation.ports
        ports.jobs.lasts = 3600
        run_id = simulation.deliver(simulation.upload(PATH, CONTENT)) or ""
        before = simulation.run(run_id).upload.etag
        simulation.until_state(run_id, State.SUBMITTED)
        ports.blobs.touch(UPLOADS, PATH)
        info = ports.blobs.info(UPLOADS, PATH)
        assert info is not None
        simulation.history.uploaded[(PATH, info.etag)] = simulation.history.uploaded[(PATH, before)]
        began = len(simulation.faults.calls)
        simulation.until(lambda: simulation.do(partial(sweep, simulation.app)))
        simulation.until(lambda: len(self._states(simulation)) == 2 and State.UNCHANGED in self._states(simulation))
        ended = len(simulation.faults.calls)
        simulation.until(simulation.at_rest)
        if simulation.run(run_id).state is not State.LIVE:
            simulation.watch.violations.append(f"{run_id} is {simulation.run(run_id).state}")
        simulation.clock.advance(DAY)
        simulation.until(lambda: not simulation.reap() and not ports.active.rows and simulation.at_rest())
        return range(began, ended)

    def _states(self, simulation: Simulation) -> list[State]:
        return [run.state for run in simulation.ports.runs.all()]


def at_any_call() -> list[Batch]:
    """The process dies or loses a reply, at every call until the new version is found to be unchanged."""
    return [Touched(((call, kind),)) for call in Touched().live(Simulation()) for kind in _KINDS]
