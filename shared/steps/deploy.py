"""registered → deploying → deployed: take the project's deploy lock, then start endpoint and deployment."""

from datetime import datetime
from typing import Final

from shared.core import naming
from shared.core.errors import ConflictError
from shared.core.states import State
from shared.endpoints import capacity, serving
from shared.models.hosting import DeploymentSpec, Endpoint
from shared.models.project import Serving
from shared.models.run import ModelRef, Run
from shared.ports import Ports, Stored
from shared.steps.common import pace, tags
from shared.steps.common.failure import failed
from shared.steps.common.outcome import Close, Forward, Outcome, Wait

APPEARS_WITHIN: Final = 60.0
"""Seconds within which an endpoint that was just created may still be unknown to Azure ML's reads."""


def take_deploy_lock(run: Run, ports: Ports) -> Outcome:
    """With the deploy lock and a slot for an endpoint, write the names down before anything is made under them."""
    held = serving.take_deploy_lock(run, ports)
    if held is None:
        return Wait(pace.poll(run, ports), record={"queue": "deploy_lock"})
    if not capacity.acquire("endpoint", run, ports):
        return Wait(capacity.LOOK_EVERY, record={"queue": "endpoint"})
    names = {
        "endpoint": serving.endpoint_name(held, ports),
        "deployment": naming.attempt_name(run.run_id, run.attempt),
    }
    return Forward(State.DEPLOYING, f"Deploying to endpoint {names['endpoint']}.", names)


def deploy(run: Run, ports: Ports) -> Outcome:
    """Bring endpoint and deployment up, one started at a time."""
    before = pace.latest_start(ports)
    stored = ports.projects.serving(run.project)
    if stored is None or stored.value.deploy_lock != run.run_id:
        return Close(State.FAILED, "The deploy lock was lost.", "Another run took the endpoint over. Retry the run.")
    name = serving.endpoint_name(stored.value, ports)
    if run.results.endpoint != name:
        return Wait(0, {"endpoint": name})
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
        if pace.seconds_in_state(run, ports) > APPEARS_WITHIN and ports.endpoints.get(name) is None:
            return _next_name(stored, ports)
    return Wait(pace.poll(run, ports))


def _next_name(stored: Stored[Serving], ports: Ports) -> Wait:
    """An endpoint's name is unique in its region and not reusable: one that cannot be had is skipped."""
    serving.next_generation(stored, ports)
    return Wait(0)


def _endpoint_outcome(run: Run, endpoint: Endpoint, ports: Ports) -> Outcome | None:
    if endpoint.provisioning == "succeeded":
        return None
    if endpoint.provisioning == "failed":
        return failed(
            run, "The endpoint failed.", endpoint.error or f"Endpoint {endpoint.name} does not say why it failed."
        )
    return Wait(pace.poll(run, ports))


def _deployment(run: Run, endpoint: str, before: datetime, ports: Ports) -> Outcome:
    name, model = naming.attempt_name(run.run_id, run.attempt), _model(run)
    deployment = ports.deployments.get(endpoint, name)
    if deployment is None:
        ports.deployments.create(_spec(run, model, endpoint, ports), before=before)
    elif deployment.model != f"{model.name}:{model.version}":
        why = f"A deployment {name} serves {deployment.model}. Delete it in Azure ML studio, then retry."
        return Close(State.FAILED, "The deployment's name is in use for something else.", why)
    elif deployment.provisioning == "succeeded":
        return Forward(State.DEPLOYED, f"Deployment {name} is up.")
    elif deployment.provisioning == "failed":
        return failed(
            run, "The deployment failed.", deployment.error or f"Deployment {name} does not say why it failed."
        )
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
