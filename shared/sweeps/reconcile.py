"""Every minute: wake the runs that are due, or whose turn it is. Costs as much as there are, however many ended."""

from shared import capacity, waking
from shared.ports import Ports


def reconcile(ports: Ports) -> int:
    """Ask for an advance of the runs that are due, those that are longest due first; how many were asked for."""
    capacity.renew(ports)
    return waking.wake(ports.active.due(ports.clock.now()), ports)
