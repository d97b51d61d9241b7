"""The serving row of a project, and the endpoint that follows from it.

The row is intent. Every change of it is one of the conditional writes below, so that deploying, promoting and reaping
cannot cross:

    deploy_lock        held by one run from deploying to live; nothing else may change the endpoint meanwhile
    champion           promoted by the run that holds the deploy lock; traffic is derived from it
    previous_champion  kept until the new champion is seen to serve; if that fails, we roll back to it
    deleting           entered only while nobody holds the deploy lock; when the endpoint is gone, the next generation
                       begins

Every function that writes the row raises ``ConflictError`` if somebody else has changed it since it was read.
"""

from typing import Final

from shared.core import naming
from shared.core.durations import GONE_AFTER
from shared.core.states import ENDS, State
from shared.models.changes import ServingChanges
from shared.models.project import Serving
from shared.models.run import Run
from shared.policy import lease as leases
from shared.ports import Ports, QueuePosition, Stored
from shared.runs import backup

_NO_PREVIOUS_CHAMPION: Final[ServingChanges] = {"previous_champion": None, "previous_champion_run": None}


def endpoint_name(serving: Serving, ports: Ports) -> str:
    """Name of the endpoint of the row's generation."""
    return naming.endpoint_name(serving.project, ports.settings.workspace_id, serving.generation)


def needs_endpoint(serving: Serving) -> bool:
    """Whether an endpoint of the row's generation exists, or is about to."""
    return serving.deploy_lock is not None or serving.champion is not None or serving.phase == "deleting"


def take_deploy_lock(run: Run, ports: Ports) -> Serving | None:
    """The row with its deploy lock held by ``run``; ``None``: not yet, ask again later."""
    stored = ports.projects.serving(run.project)
    if stored is None:
        fresh = Serving(project=run.project, deploy_lock=run.run_id)
        return fresh if ports.projects.create_serving(fresh) else None
    serving = stored.value
    if serving.deploy_lock == run.run_id:
        return serving
    if serving.phase == "deleting":
        finish_deleting(stored, ports)
        return None
    if serving.deploy_lock is not None and not deploy_lock_is_abandoned(serving, ports):
        return None
    if _is_preceded(run, ports):
        return None
    return _change(stored, {"deploy_lock": run.run_id}, ports).value


def _is_preceded(run: Run, ports: Ports) -> bool:
    """Whether a run that arrived earlier waits for the deploy lock too."""
    position = QueuePosition(run.created, run.run_id, run.project, "deploy_lock")
    waiting = ports.active.waiting("deploy_lock", run.project)
    return any(row.waiting and row.waiting < position for row in waiting)


def deploy_lock_is_abandoned(serving: Serving, ports: Ports) -> bool:
    """Whether the lock's holder has ended without releasing it, because one of its workers was too late."""
    holder = ports.runs.get(serving.project, serving.deploy_lock) if serving.deploy_lock else None
    return holder is None or holder.value.state in ENDS


def release_deploy_lock(stored: Stored[Serving], ports: Ports) -> None:
    """Release the lock and let the previous champion go. An endpoint without a champion is deleted."""
    released: ServingChanges = {"deploy_lock": None, "phase": "up" if stored.value.champion else "deleting"}
    _change(stored, {**released, **_NO_PREVIOUS_CHAMPION}, ports)
    _wake(stored.value.previous_champion_run, ports)


def promote(stored: Stored[Serving], run: Run, ports: Ports) -> Serving:
    """Make the run's deployment the champion, and note the endpoint's scoring address."""
    endpoint = ports.endpoints.get(endpoint_name(stored.value, ports))
    promoted: ServingChanges = {
        "champion": run.results.deployment,
        "champion_run": run.run_id,
        "previous_champion": stored.value.champion,
        "previous_champion_run": stored.value.champion_run,
        "scoring_uri": endpoint.scoring_uri if endpoint else stored.value.scoring_uri,
    }
    return _change(stored, promoted, ports).value


def can_roll_back(serving: Serving, ports: Ports) -> bool:
    """Whether the previous champion is still there to take over again."""
    run_id = serving.previous_champion_run
    stored = ports.runs.get(serving.project, run_id) if run_id else None
    if stored is None or stored.value.state is not State.LIVE:
        return False
    return stored.value.results.endpoint == endpoint_name(serving, ports)


def roll_back(stored: Stored[Serving], ports: Ports) -> None:
    """Make the previous champion the champion again; its run restores the traffic."""
    row = stored.value
    champion: ServingChanges = {"champion": row.previous_champion, "champion_run": row.previous_champion_run}
    _change(stored, {**champion, **_NO_PREVIOUS_CHAMPION}, ports)
    _wake(row.previous_champion_run, ports)


def forget_previous_champion(stored: Stored[Serving], ports: Ports) -> None:
    """The previous champion is being closed: we can no longer roll back to it."""
    _change(stored, _NO_PREVIOUS_CHAMPION, ports)


def next_generation(stored: Stored[Serving], ports: Ports) -> None:
    """Give up an endpoint name that is taken, and keep the deploy lock."""
    _change(stored, {"generation": stored.value.generation + 1}, ports)


def begin_deleting(stored: Stored[Serving], ports: Ports) -> None:
    """Give up the endpoint. Only the lock's holder may, or anybody while the lock is free."""
    finish_deleting(_change(stored, {"phase": "deleting", "deploy_lock": None}, ports), ports)


def finish_deleting(stored: Stored[Serving], ports: Ports) -> None:
    """Delete the endpoint, again at every call until it has been gone for a while; then record its cost.

    An endpoint that a read does not show is deleted too: the read may be stale, and nobody would look again.
    """
    row, now = stored.value, ports.clock.now()
    name = endpoint_name(row, ports)
    endpoint = ports.endpoints.get(name)
    if endpoint is not None:
        if row.gone is not None:
            _change(stored, {"gone": None}, ports)
        if endpoint.provisioning != "deleting":
            ports.endpoints.delete(name)
    elif row.gone is None:
        ports.endpoints.delete(name)
        _change(stored, {"gone": now}, ports)
    elif now - row.gone >= GONE_AFTER:
        _settle(row, name, ports)
        ports.projects.replace_serving(Serving(project=row.project, generation=row.generation + 1), stored.etag)


def _settle(serving: Serving, endpoint: str, ports: Ports) -> None:
    """Write what the endpoint cost into the ledger, end its lease, and wake the runs that served there."""
    lease = ports.projects.lease(serving.project)
    if lease is not None and lease.endpoint == endpoint:
        now = ports.clock.now()
        reason = leases.end_reason(lease, ports.projects.usage(serving.project), now) or "it was no longer wanted"
        bill = leases.ledger_entry(lease, serving.champion_run, now, reason)
        ports.ledger.put(bill)
        backup.save_bill(bill, ports)
        ports.projects.remove_lease(serving.project)
    for run_id in (serving.champion_run, serving.previous_champion_run):
        _wake(run_id, ports)


def _wake(run_id: str | None, ports: Ports) -> None:
    if run_id is not None:
        ports.queue.send(naming.project_of_run(run_id), run_id)


def _change(stored: Stored[Serving], changes: ServingChanges, ports: Ports) -> Stored[Serving]:
    serving = Serving.model_validate({**vars(stored.value), **changes})
    return Stored(serving, ports.projects.replace_serving(serving, stored.etag))
