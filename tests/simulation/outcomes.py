"""How each storm ends, as digests: equal before and after a change of the app that is to change nothing."""

import hashlib
import json
from collections.abc import Iterable
from concurrent.futures import Executor
from typing import Final

from tests.simulation.simulation import violations
from tests.simulation.storm import Storm

_AT_ONCE: Final = 20


def outcomes(seeds: Iterable[int], processes: Executor) -> list[str]:
    """A line for each storm: its seed, how many calls of ports it took, and a digest of what became of its runs.

    Neither names nor words have a part in it, so that both may be changed.
    """
    return list(processes.map(_outcome, seeds, chunksize=_AT_ONCE))


def _outcome(seed: int) -> str:
    weather = Storm(seed).begun()
    wrong = len(violations(weather))
    simulation = weather.simulation
    runs = simulation.ports.runs.all()
    ends = [(run.run_id, run.state, run.attempt, run.seq, run.updated.isoformat()) for run in runs]
    calls = len(simulation.faults.calls)
    digest = hashlib.sha256(json.dumps([sorted(ends), calls, wrong]).encode()).hexdigest()
    return f"{seed} {calls} {digest[:16]}"
