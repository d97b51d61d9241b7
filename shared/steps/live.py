"""live: hold the lease, give the deploy lock back, keep traffic as the serving row says, until another model serves.

While another one is being crowned this one stays, and takes over again if that fails.
"""

from datetime import timedelta
from typing import Final

from shared.core.states import State
from shared.endpoints import serving
from shared.models.run import Run
from shared.policy import lease as leases
from shared.ports import Ports
from shared.runs import backup
from shared.steps.common import pace
from shared.steps.common.outcome import Close, Outcome, Wait
from shared.steps.promote import route

LOOK_EVERY: Final = 600.0
"""Seconds: whoever crowns another champion or deletes the endpoint wakes the run at once anyway."""


def live(run: Run, ports: Ports) -> Outcome:
    """Stay, or retire once the endpoint serves something else or is to go."""
    stored = ports.projects.serving(run.project)
    if stored is None:  # it was lost, and is to be rebuilt
        return Wait(pace.poll(run, ports))
    if run.run_id not in (stored.value.champion_run, stored.value.previous_champion_run):
        note = "Another model serves now." if stored.value.champion_run else "Its endpoint is gone."
        return Close(State.RETIRED, note)
    if stored.value.phase == "deleting":
        return Close(State.RETIRED, "Its endpoint is being deleted.")
    if stored.value.champion_run != run.run_id:
        return Wait(LOOK_EVERY)
    promoted_just_now = stored.value.deploy_lock == run.run_id
    _hold_lease(run, ports, renew=promoted_just_now)
    if promoted_just_now:
        serving.release_deploy_lock(stored, ports)
    endpoint = ports.endpoints.get(serving.endpoint_name(stored.value, ports))
    return Wait(LOOK_EVERY if route(stored.value, endpoint, ports) else pace.poll(run, ports))


def _hold_lease(run: Run, ports: Ports, renew: bool) -> None:
    """Write the lease, which follows from the record: a new champion renews it, a lost one is written again."""
    endpoint = run.results.endpoint or ""
    held = ports.projects.lease(run.project)
    same = held is not None and held.endpoint == endpoint
    if same and not renew:
        return
    longest = timedelta(hours=ports.settings.longest_lease_hours)
    size = ports.settings.instance_type
    lease = leases.grant(run.project, endpoint, run.config.lease, pace.entered(run), longest, size)
    if held is not None and same:
        lease = lease.model_copy(update={"started": held.started})
    ports.projects.put_lease(lease)
    backup.save_lease(lease, ports)
