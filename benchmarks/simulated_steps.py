"""How many steps a second the engine takes in the simulator, where every call is watched.

A step ends in a conditional write of its run's record. The peer writes as many records under their ETags, in the
same memory, and does nothing else. Seconds are those of the process, whatever else runs on the machine.
"""

import time
from typing import Final

from benchmarks.ratio import Ratio, in_turn, rates
from shared.models.run import Run, Upload
from shared.runs import record
from tests.doubles import FakeClock
from tests.doubles.tables import MemoryRuns
from tests.simulation import lives
from tests.simulation.processes import executor
from tests.simulation.simulation import Simulation

_ROUNDS: Final = 15
_LIVES: Final = 20


def measure() -> list[Ratio]:
    """At least a thirtieth of what the peer does."""
    with executor() as processes:
        pairs = processes.submit(_pairs).result()
    return [rates("engine steps in the simulator", "conditional writes alone", pairs, at_least=0.033, unit="steps/s")]


def _pairs() -> list[tuple[float, float]]:
    """(steps a second, writes a second) of each round."""
    steps = _LIVES * _steps()
    seconds = in_turn(_seconds_of_lives, lambda: _seconds_of_writes(steps), _ROUNDS)
    return [(steps / ours, steps / theirs) for ours, theirs in seconds]


def _steps() -> int:
    """Of one life: two uploads of one project, until the endpoint of the second is gone."""
    simulation = Simulation()
    lives.two_uploads(simulation)
    return simulation.faults.calls.count("runs.replace")


def _seconds_of_lives() -> float:
    began = time.process_time()
    for _ in range(_LIVES):
        simulation = Simulation()
        lives.two_uploads(simulation)
        if wrong := simulation.violations():
            raise AssertionError(wrong)
    return time.process_time() - began


def _seconds_of_writes(steps: int) -> float:
    runs, run = MemoryRuns(), _run()
    runs.create(run)
    began = time.process_time()
    for number in range(steps):
        stored = runs.get(run.project, run.run_id)
        assert stored is not None
        runs.replace(record.changed(stored.value, {"seq": number}), stored.etag)
    return time.process_time() - began


def _run() -> Run:
    now = FakeClock().now()
    upload = Upload(path="bench/faq.jsonl", etag="0x1", size=1000)
    dates = dict.fromkeys(("deadline", "next_due", "created", "updated"), now)
    return Run(project="bench", run_id="bench-0123456789", upload=upload, **dates)
