"""Every ten minutes: delete the endpoints that have no reason to live, and write down what that saves."""

import logging

from shared.core.errors import TunedropError
from shared.core.states import ENDS
from shared.endpoints import serving
from shared.models.project import Serving
from shared.policy import lease as leases
from shared.ports import Ports, Stored

log = logging.getLogger(__name__)


def reap(ports: Ports) -> int:
    """Look at every project; how many endpoints are being deleted."""
    return sum(_is_reaped(stored, ports) for stored in ports.projects.all_serving())


def _is_reaped(stored: Stored[Serving], ports: Ports) -> bool:
    """Trouble with one project does not keep the other projects' endpoints alive."""
    try:
        return _look_at(stored, ports)
    except TunedropError as error:
        log.warning("%s: its endpoint is not looked at this time: %s", stored.value.project, error)
        return False


def _look_at(stored: Stored[Serving], ports: Ports) -> bool:
    """Whether the endpoint is being deleted. Nothing is changed while a run holds the deploy lock."""
    row = stored.value
    if row.phase == "deleting":
        serving.finish_deleting(stored, ports)
        return True
    if row.deploy_lock is not None and serving.deploy_lock_is_abandoned(row, ports):
        serving.release_deploy_lock(stored, ports)
    reason = _end_reason(row, ports) if row.champion and row.deploy_lock is None else None
    if reason is None:
        return False
    log.info("%s: its endpoint is deleted: %s.", row.project, reason)
    serving.begin_deleting(stored, ports)
    return True


def _end_reason(row: Serving, ports: Ports) -> str | None:
    """Why the endpoint may no longer live; ``None``: it may."""
    lease = ports.projects.lease(row.project)
    if lease is not None and lease.endpoint == serving.endpoint_name(row, ports):
        return leases.end_reason(lease, ports.projects.usage(row.project), ports.clock.now())
    return _without_lease(row, ports)


def _without_lease(row: Serving, ports: Ports) -> str | None:
    """The champion's own run writes a lost lease again. Without that run nobody does."""
    champion = ports.runs.get(row.project, row.champion_run) if row.champion_run else None
    if champion is None or champion.value.state in ENDS:
        return "it has neither lease nor run"
    ports.queue.send(champion.value.project, champion.value.run_id)
    return None
