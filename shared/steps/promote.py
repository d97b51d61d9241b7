"""evaluated → live: promote the deployment in the serving row, then derive the endpoint's traffic from the row.

Until the promotion the run's owner may still cancel. After it the run goes live first, and is then closed like any
other live run. If it cannot go live before its deadline, it is closed, and we roll back to the previous champion.
"""

from shared.core.states import State
from shared.endpoints import serving
from shared.models.hosting import Endpoint
from shared.models.project import Serving
from shared.models.run import Run
from shared.ports import Ports
from shared.steps.common import pace
from shared.steps.common.outcome import Close, Forward, Outcome, Wait, requested_end


def promote(run: Run, ports: Ports) -> Outcome:
    """Make the run's deployment the champion, then wait until the endpoint shows it.

    Raises:
        ConflictError: another worker changed the serving row.
        ThrottledError: Azure ML asks to wait.
    """
    stored = ports.projects.serving(run.project)
    if stored is not None and stored.value.champion_run == run.run_id:
        return _route(run, stored.value, ports)
    if end := requested_end(run):
        return end
    if stored is None or stored.value.deploy_lock != run.run_id:
        return Close(State.FAILED, "The deploy lock was lost.", "Another run took the endpoint over. Retry the run.")
    return _route(run, serving.promote(stored, run, ports), ports)


def _route(run: Run, row: Serving, ports: Ports) -> Outcome:
    endpoint = ports.endpoints.get(serving.endpoint_name(row, ports))
    if route(row, endpoint, ports):
        return Forward(State.LIVE, f"Deployment {row.champion} takes all traffic.", {"azure_message": None})
    return Wait(pace.poll(run, ports), {"azure_message": endpoint.error} if endpoint and endpoint.error else {})


def route(row: Serving, endpoint: Endpoint | None, ports: Ports) -> bool:
    """Whether the endpoint's traffic is what the row says. Where it is not, ask Azure ML to change it.

    Raises:
        ThrottledError: Azure ML asks to wait.
    """
    if endpoint is None or row.champion is None or endpoint.provisioning not in ("succeeded", "failed"):
        return False
    traffic = {name: percent for name, percent in endpoint.traffic.items() if percent}
    if endpoint.provisioning == "succeeded" and traffic == {row.champion: 100}:
        return True
    ports.endpoints.set_traffic(endpoint.name, {row.champion: 100})
    return False
