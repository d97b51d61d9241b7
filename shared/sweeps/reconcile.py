"""Every minute: wake the runs that are due, or whose turn it is. Costs as much as there are, however many ended."""

from itertools import islice
from typing import Final

from shared import capacity
from shared.ports import Ports

MOST_ASKED: Final = 500
"""Advances that are asked for at once. A run stays due until its advance is done: where workers come to a minute's
work later than the next minute, asking again and again would bury what was asked for first."""


def reconcile(ports: Ports) -> int:
    """Ask for an advance of the runs that are due, those that are longest due first; how many were asked for."""
    capacity.renew(ports)
    room = max(0, MOST_ASKED - ports.queue.length())
    due = list(islice(ports.active.due(ports.clock.now()), room))
    for project, run_id in due:
        ports.queue.send(project, run_id)
    return len(due)
