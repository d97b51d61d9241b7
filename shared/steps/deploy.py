"""registered → deploying → deployed: take the deploy lock, then start endpoint and deployment, one at a time."""

from datetime import datetime

from shared.core import naming
from shared.core.durations import ENDPOINT_APPEARS_WITHIN, QUEUED_LOOK_EVERY
from shared.core.errors import ConflictError
from shared.core.states import State
from shared.endpoints import capacity, serving
from shared.models.hosting import DeploymentSpec, Endpoint
from shared.models.project import Serving
from shared.models.run import ModelRef, Run
from shared.ports import Ports, Stored
from shared.steps.common import pace, tags
from shared.steps.common.failure import failed
from shared.steps.common.outcome import AT_ONCE, Close, Forward, Outcome, Wait


def take_deploy_lock(run: Run, ports: Ports) -> Outcome:
    """With the deploy lock and a slot for an endpoint: write the names down before anything is created under them.

    Raises:
        ConflictError: another worker changed the serving row or the slots.
    """
    row = serving.take_deploy_lock(run, ports)
    if row is None:
        return Wait(pace.poll(run, ports), record={"queue": "deploy_lock"})
    if not capacity.acquire("endpoint", run, ports):
        return Wait(QUEUED_LOOK_EVERY, record={"queue": "endpoint"})
    endpoint = serving.endpoint_name(row, ports)
    deployment = naming.attempt_name(run.run_id, run.attempt)
    note = f"Deploying to endpoint {endpoint}."
    return Forward(State.DEPLOYING, note, {"endpoint": endpoint, "deployment": deployment})


def deploy(run: Run, ports: Ports) -> Outcome:
    """Bring endpoint and deployment up; only one of them is started in one call.

    Raises:
        ThrottledError: Azure ML asks to wait, or it is too late to create something now.
        QuotaError: Azure has no quota or capacity.
    """
    before = pace.latest_start(ports)
    stored = ports.projects.serving(run.project)
    if stored is None or stored.value.deploy_lock != run.run_id:
        return Close(State.FAILED, "The deploy lock was lost.", "Another run took the endpoint over. Retry the run.")
    name = serving.endpoint_name(stored.value, ports)
    if run.results.endpoint != name:
        return Wait(AT_ONCE, {"endpoint": name})
    endpoint = ports.endpoints.get(name)
    if endpoint is None:
        return _create_endpoint(run, stored, before, ports)
    if not tags.of_project(run.project).items() <= endpoint.tags.items():
        return _next_name(stored, ports)
    return _endpoint_outcome(run, endpoint, ports) or _deployment(run, name, before, ports)


def _create_endpoint(run: Run, stored: Stored[Serving], before: datetime, ports: Ports) -> Outcome:
    name = serving.endpoint_name(stored.value, ports)
    try:
        ports.endpoints.create(name, tags.of_project(run.project), before=before)
    except ConflictError:
        if pace.time_in_state(run, ports) > ENDPOINT_APPEARS_WITHIN and ports.endpoints.get(name) is None:
            return _next_name(stored, ports)
    return Wait(pace.poll(run, ports))


def _next_name(stored: Stored[Serving], ports: Ports) -> Wait:
    """Skip a name that somebody else has: an endpoint's name is unique in its region and never free again."""
    serving.next_generation(stored, ports)
    return Wait(AT_ONCE)


def _endpoint_outcome(run: Run, endpoint: Endpoint, ports: Ports) -> Outcome | None:
    """``None``: the endpoint is up."""
    if endpoint.provisioning == "succeeded":
        return None
    if endpoint.provisioning == "failed":
        reason = endpoint.error or f"Endpoint {endpoint.name} failed; Azure ML gives no reason."
        return failed(run, "The endpoint failed.", reason)
    return Wait(pace.poll(run, ports))


def _deployment(run: Run, endpoint: str, before: datetime, ports: Ports) -> Outcome:
    name, model = naming.attempt_name(run.run_id, run.attempt), _model(run)
    deployment = ports.deployments.get(endpoint, name)
    if deployment is None:
        ports.deployments.create(_spec(run, model, endpoint, ports), before=before)
    elif deployment.model != f"{model.name}:{model.version}":
        why = f"Deployment {name} serves {deployment.model}. Delete it in Azure ML studio, then retry the run."
        return Close(State.FAILED, "The deployment's name is in use for something else.", why)
    elif deployment.provisioning == "succeeded":
        return Forward(State.DEPLOYED, f"Deployment {name} is up.")
    elif deployment.provisioning == "failed":
        reason = deployment.error or f"Deployment {name} failed; Azure ML gives no reason."
        return failed(run, "The deployment failed.", reason)
    return Wait(pace.poll(run, ports))


def _model(run: Run) -> ModelRef:
    if run.results.model is None:
        raise ValueError(f"{run.run_id} is registered, but its record names no model.")
    return run.results.model


def _spec(run: Run, model: ModelRef, endpoint: str, ports: Ports) -> DeploymentSpec:
    return DeploymentSpec(
        endpoint=endpoint,
        name=naming.attempt_name(run.run_id, run.attempt),
        model_name=model.name,
        model_version=model.version,
        instance_type=ports.settings.instance_type,
        tags=tags.of_attempt(run),
    )
