"""live: hold the lease, release the deploy lock, keep traffic as the serving row says, until another model serves.

While another deployment is being promoted this run stays, because we may roll back to it.
"""

from datetime import timedelta

from shared.core.durations import LIVE_LOOK_EVERY
from shared.core.states import State
from shared.endpoints import serving
from shared.models.run import Run
from shared.policy import lease as leases
from shared.ports import Ports
from shared.runs import backup
from shared.steps.common import pace
from shared.steps.common.outcome import Close, Outcome, Wait
from shared.steps.promote import route


def live(run: Run, ports: Ports) -> Outcome:
    """Stay live, or retire when the endpoint serves another model or is being deleted.

    Raises:
        ConflictError: another worker changed the serving row.
        ThrottledError: Azure ML asks to wait.
    """
    stored = ports.projects.serving(run.project)
    if stored is None:  # the row was lost; the next sweep restores it
        return Wait(pace.poll(run, ports))
    if run.run_id not in (stored.value.champion_run, stored.value.previous_champion_run):
        note = "Another model serves now." if stored.value.champion_run else "Its endpoint is gone."
        return Close(State.RETIRED, note)
    if stored.value.phase == "deleting":
        return Close(State.RETIRED, "Its endpoint is being deleted.")
    if stored.value.champion_run != run.run_id:
        return Wait(LIVE_LOOK_EVERY)
    promoted_just_now = stored.value.deploy_lock == run.run_id
    _hold_lease(run, ports, renew=promoted_just_now)
    if promoted_just_now:
        serving.release_deploy_lock(stored, ports)
    endpoint = ports.endpoints.get(serving.endpoint_name(stored.value, ports))
    return Wait(LIVE_LOOK_EVERY if route(stored.value, endpoint, ports) else pace.poll(run, ports))


def _hold_lease(run: Run, ports: Ports, renew: bool) -> None:
    """Write the lease, which follows from the record. A new champion renews it; a lost one is written again."""
    endpoint = run.results.endpoint or ""
    present = ports.projects.lease(run.project)
    same = present is not None and present.endpoint == endpoint
    if same and not renew:
        return
    longest = timedelta(hours=ports.settings.longest_lease_hours)
    size = ports.settings.instance_type
    lease = leases.grant(run.project, endpoint, run.config.lease, pace.entered(run), longest, size)
    if present is not None and same:
        lease = lease.model_copy(update={"started": present.started})
    ports.projects.put_lease(lease)
    backup.save_lease(lease, ports)
