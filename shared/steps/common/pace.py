"""How often to look at what takes time, and until when a step may start something."""

from datetime import datetime, timedelta

from shared.core.durations import POLL_LATEST, POLL_SOONEST, START_WITHIN
from shared.core.states import DEADLINES
from shared.models.run import Run
from shared.ports import Ports


def entered(run: Run) -> datetime:
    """When the run entered its state."""
    return run.deadline - DEADLINES[run.state]


def time_in_state(run: Run, ports: Ports) -> timedelta:
    """How long the run has been in its state."""
    return ports.clock.now() - entered(run)


def latest_start(ports: Ports) -> datetime:
    """Until when a step that begins now may ask for something that its run then owns."""
    return ports.clock.now() + START_WITHIN


def poll(run: Run, ports: Ports) -> timedelta:
    """Time until the next look: a tenth of the time in this state, 2 to 60 seconds."""
    return min(POLL_LATEST, max(POLL_SOONEST, time_in_state(run, ports) / 10))
