"""How each storm ends, as digests. A change that keeps the app's behaviour keeps them equal."""

import hashlib
import json
from collections.abc import Iterable
from concurrent.futures import Executor
from typing import Final

from tests.simulation.simulation import violations
from tests.simulation.storm import Storm

_AT_ONCE: Final = 20


def outcomes(seeds: Iterable[int], processes: Executor) -> list[str]:
    """A line for each storm: its seed, its number of calls of ports, and a digest of how its runs ended.

    The digest contains neither names nor messages, so that both may change.
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
