"""The serving row of a project, and the endpoint that follows from it.

The row is intent; every change of it is one of the conditional writes below, so that deploying, promoting
and reaping cannot cross:

    deploy_lock        held by one run from deploying to live; nothing else may change the endpoint meanwhile
    champion           promoted by the run that holds the deploy lock; traffic is derived from it
    previous_champion  kept until the new champion is seen to serve: it takes over again if that fails
    deleting           entered only while nobody holds the deploy lock; when the endpoint is gone, the next generation
                       begins
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from shared.core import naming
from shared.core.states import ENDS, State
from shared.models.project import Serving
from shared.models.run import Run
from shared.policy import lease as leases
from shared.ports import Ports, QueuePosition, Stored
from shared.runs import backup

_NO_PREVIOUS_CHAMPION: Final[Mapping[str, Any]] = {"previous_champion": None, "previous_champion_run": None}
GONE_FOR: Final = timedelta(seconds=5)
"""How long what was deleted must stay out of sight: a single read may be stale."""


def endpoint_name(serving: Serving, ports: Ports) -> str:
    """Name of the endpoint of the row's generation."""
    return naming.endpoint_name(serving.project, ports.settings.workspace_id, serving.generation)


def stands_for_one(serving: Serving) -> bool:
    """Whether there is, or is to be, an endpoint of the row's generation."""
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
    return _change(stored, ports, deploy_lock=run.run_id).value


def _is_preceded(run: Run, ports: Ports) -> bool:
    """Whether a run that was made earlier waits for the deploy lock too."""
    place = QueuePosition(run.created, run.run_id, run.project, "deploy_lock")
    return any(one.waiting and one.waiting < place for one in ports.active.waiting("deploy_lock", run.project))


def deploy_lock_is_abandoned(serving: Serving, ports: Ports) -> bool:
    """Whether the deploy lock's holder has ended without giving it back: a worker of it woke up too late."""
    holder = ports.runs.get(serving.project, serving.deploy_lock) if serving.deploy_lock else None
    return holder is None or holder.value.state in ENDS


def release_deploy_lock(stored: Stored[Serving], ports: Ports) -> None:
    """Free the deploy lock; an endpoint that then serves nobody is to go, and so is what the champion has replaced."""
    _change(
        stored,
        ports,
        deploy_lock=None,
        previous_champion=None,
        previous_champion_run=None,
        phase="up" if stored.value.champion else "deleting",
    )
    _wake(stored.value.previous_champion_run, ports)


def promote(stored: Stored[Serving], run: Run, ports: Ports) -> Serving:
    """Make the run's deployment the one that takes all traffic, and note where it is asked."""
    endpoint = ports.endpoints.get(endpoint_name(stored.value, ports))
    return _change(
        stored,
        ports,
        champion=run.results.deployment,
        champion_run=run.run_id,
        previous_champion=stored.value.champion,
        previous_champion_run=stored.value.champion_run,
        scoring_uri=endpoint.scoring_uri if endpoint else stored.value.scoring_uri,
    ).value


def can_roll_back(serving: Serving, ports: Ports) -> bool:
    """Whether the champion before is still there to take over again."""
    stored = ports.runs.get(serving.project, serving.previous_champion_run) if serving.previous_champion_run else None
    if stored is None or stored.value.state is not State.LIVE:
        return False
    return stored.value.results.endpoint == endpoint_name(serving, ports)


def roll_back(stored: Stored[Serving], ports: Ports) -> None:
    """Make the champion before the one that takes all traffic again; its run sees to that."""
    row = stored.value
    _change(
        stored,
        ports,
        champion=row.previous_champion,
        champion_run=row.previous_champion_run,
        previous_champion=None,
        previous_champion_run=None,
    )
    _wake(row.previous_champion_run, ports)


def forget_previous_champion(stored: Stored[Serving], ports: Ports) -> None:
    """The champion before is going: it can take over no more."""
    _change(stored, ports, **_NO_PREVIOUS_CHAMPION)


def next_generation(stored: Stored[Serving], ports: Ports) -> None:
    """Give up an endpoint name that cannot be had, keeping the deploy lock."""
    _change(stored, ports, generation=stored.value.generation + 1)


def begin_deleting(stored: Stored[Serving], ports: Ports) -> None:
    """Give up the endpoint. Only for who holds the deploy lock, or finds it free: the conditional write keeps it so."""
    finish_deleting(_change(stored, ports, phase="deleting", deploy_lock=None), ports)


def finish_deleting(stored: Stored[Serving], ports: Ports) -> None:
    """Delete the endpoint, again at every call until it has been gone for a while; then settle its account.

    What a stale read does not show is deleted too: nobody would look at it again.
    """
    row, now = stored.value, ports.clock.now()
    name = endpoint_name(row, ports)
    endpoint = ports.endpoints.get(name)
    if endpoint is not None:
        if row.gone is not None:
            _change(stored, ports, gone=None)
        if endpoint.provisioning != "deleting":
            ports.endpoints.delete(name)
    elif row.gone is None:
        ports.endpoints.delete(name)
        _change(stored, ports, gone=now)
    elif now - row.gone >= GONE_FOR:
        _settle(row, name, ports)
        ports.projects.replace_serving(Serving(project=row.project, generation=row.generation + 1), stored.etag)


def _settle(serving: Serving, endpoint: str, ports: Ports) -> None:
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


def _change(stored: Stored[Serving], ports: Ports, **fields: Any) -> Stored[Serving]:
    serving = stored.value.model_copy(update=fields)
    return Stored(serving, ports.projects.replace_serving(serving, stored.etag))
