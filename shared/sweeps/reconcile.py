"""Every minute: wake the runs that are due. Costs as much as there are of them, however many have ended."""

import logging

from shared.ports import Ports

log = logging.getLogger(__name__)


def reconcile(ports: Ports) -> int:
    """Ask for an advance of each run that is due; how many that were."""
    due = list(ports.active.due(ports.clock.now()))
    for project, run_id in due:
        ports.queue.send(project, run_id)
    return len(due)
