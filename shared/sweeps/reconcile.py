"""Every minute: wake the runs that are due, or whose turn it is. Costs as much as there are, however many ended."""

from shared.endpoints import capacity
from shared.ports import Ports
from shared.runs import wakeups


def reconcile(ports: Ports) -> int:
    """Ask for an advance of the runs that are due, those that are longest due first; how many were asked for."""
    capacity.reassign(ports)
    return wakeups.wake(ports.active.due(ports.clock.now()), ports)
