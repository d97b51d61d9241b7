"""How often to look at what takes its time."""

from datetime import datetime, timedelta
from typing import Final

from shared.core.states import DEADLINES
from shared.models.run import Run
from shared.ports import Ports

SOONEST: Final = 2.0
LATEST: Final = 60.0
_STARTS_WITHIN: Final = timedelta(seconds=25)
"""What a step has not asked for by then is left to the next look at its run: its record may have changed."""


def entered(run: Run) -> datetime:
    """When the run entered its state."""
    return run.deadline - DEADLINES[run.state]


def seconds_in_state(run: Run, ports: Ports) -> float:
    """How long the run has been in its state."""
    return (ports.clock.now() - entered(run)).total_seconds()


def latest_start(ports: Ports) -> datetime:
    """Until when a step that begins now may ask for something that its run then owns."""
    return ports.clock.now() + _STARTS_WITHIN


def poll(run: Run, ports: Ports) -> float:
    """Seconds until the next look: a tenth of the time it has taken so far, 2 to 60 s."""
    return min(LATEST, max(SOONEST, seconds_in_state(run, ports) / 10))
