"""Every minute: wake the runs that are due, or whose turn it is. Costs as much as there are, however many ended."""

import logging

from shared import capacity
from shared.ports import Ports

log = logging.getLogger(__name__)


def reconcile(ports: Ports) -> int:
    """Ask for an advance of each run that is due; how many that were."""
    due = list(ports.active.due(ports.clock.now()))
    for project, run_id in due:
        ports.queue.send(project, run_id)
    capacity.renew(ports)
    return len(due)
