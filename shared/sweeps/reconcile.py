"""Every minute: wake the runs that are due or have got a slot. Its cost does not depend on how many runs have ended."""

from shared.endpoints import capacity
from shared.ports import Ports
from shared.runs import wakeups


def reconcile(ports: Ports) -> int:
    """Request an advance of each run that is due, the longest due first; how many were requested."""
    capacity.reassign(ports)
    return wakeups.wake(ports.active.due(ports.clock.now()), ports)
