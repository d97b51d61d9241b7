"""The serving side of Azure ML in memory: endpoints and deployments whose operations take time, and the scorer."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.core.errors import ConflictError, NotFoundError, ScoringError, TunedropError
from shared.core.naming import MANAGED_BY, OURS
from shared.models.hosting import Deployment, DeploymentSpec, Endpoint, Provisioning
from tests.doubles.clock import FakeClock


@dataclass
class _Operation:
    """An operation: the provisioning state ``during`` it, when it ends, and the state ``after`` it (``None``: gone)."""

    during: Provisioning
    until: datetime
    after: Provisioning | None = "succeeded"


@dataclass
class _Endpoint:
    tags: dict[str, str]
    operation: _Operation
    error: str | None = None
    traffic: dict[str, int] = field(default_factory=dict)
    next_traffic: dict[str, int] = field(default_factory=dict)


@dataclass
class _Deployment:
    spec: DeploymentSpec
    operation: _Operation
    error: str | None = None


@dataclass
class Hosting:
    """The state that ``MemoryEndpoints``, ``MemoryDeployments`` and ``MemoryScorer`` share."""

    clock: FakeClock
    endpoint_seconds: float = 20.0
    deployment_seconds: float = 120.0
    update_seconds: float = 5.0
    delete_seconds: float = 10.0
    names_used: set[str] = field(default_factory=set)
    endpoints: dict[str, _Endpoint] = field(default_factory=dict)
    deployments: dict[tuple[str, str], _Deployment] = field(default_factory=dict)

    def state(self, operation: _Operation) -> Provisioning | None:
        return operation.during if self.clock.now() < operation.until else operation.after

    def start(self, during: Provisioning, seconds: float, after: Provisioning | None = "succeeded") -> _Operation:
        return _Operation(during, self.clock.now() + timedelta(seconds=seconds), after)

    def settle(self) -> None:
        """Apply the operations that have ended by now."""
        for name, endpoint in list(self.endpoints.items()):
            state = self.state(endpoint.operation)
            if state is None:
                self._remove(name)
            elif state == "succeeded":
                endpoint.traffic = endpoint.next_traffic
        gone = [key for key, deployment in self.deployments.items() if self.state(deployment.operation) is None]
        for key in gone:
            del self.deployments[key]

    def _remove(self, name: str) -> None:
        del self.endpoints[name]
        for key in [key for key in self.deployments if key[0] == name]:
            del self.deployments[key]


class MemoryEndpoints:
    """``ports.Endpoints``: a name can be used only once."""

    def __init__(self, hosting: Hosting) -> None:
        self.hosting = hosting
        self.created: list[str] = []
        self.deleted: list[str] = []
        self.fails_with: str | None = None
        """The error of the endpoints that are created or changed next; ``None``: they succeed."""

    def get(self, name: str) -> Endpoint | None:
        self.hosting.settle()
        endpoint = self.hosting.endpoints.get(name)
        return self._endpoint(name, endpoint) if endpoint else None

    def create(self, name: str, tags: Mapping[str, str], before: datetime | None = None) -> None:
        if self.get(name) is None:
            self.hosting.clock.in_time(before)
        existing = self.get(name)
        if existing is not None:
            if not tags.items() <= existing.tags.items():
                raise ConflictError(f"Endpoint '{name}' exists with other tags.")
            return
        if name in self.hosting.names_used:
            raise ConflictError(f"The name '{name}' was used before.")
        self.hosting.names_used.add(name)
        after: Provisioning = "failed" if self.fails_with else "succeeded"
        operation = self.hosting.start("creating", self.hosting.endpoint_seconds, after)
        self.hosting.endpoints[name] = _Endpoint(dict(tags), operation, self.fails_with)
        self.created.append(name)

    def set_traffic(self, name: str, traffic: Mapping[str, int]) -> None:
        existing = self.get(name)
        if existing is None:
            raise NotFoundError(f"Endpoint '{name}' does not exist.")
        wanted = {deployment: share for deployment, share in traffic.items() if share}
        if existing.traffic == wanted and existing.provisioning != "failed":
            return
        self._refuse_if_busy(existing)
        for deployment in wanted:
            self._refuse_unless_up(name, deployment)
        endpoint = self.hosting.endpoints[name]
        endpoint.next_traffic = wanted
        endpoint.error = self.fails_with
        after: Provisioning = "failed" if self.fails_with else "succeeded"
        endpoint.operation = self.hosting.start("updating", self.hosting.update_seconds, after)

    def delete(self, name: str) -> None:
        existing = self.get(name)
        if existing is None or existing.provisioning == "deleting":
            return
        self._refuse_if_busy(existing)
        self.hosting.endpoints[name].operation = self.hosting.start("deleting", self.hosting.delete_seconds, None)
        self.deleted.append(name)

    def tagged(self) -> Iterator[Endpoint]:
        self.hosting.settle()
        endpoints = [self._endpoint(name, endpoint) for name, endpoint in self.hosting.endpoints.items()]
        return iter([endpoint for endpoint in endpoints if endpoint.tags.get(MANAGED_BY) == OURS])

    def _endpoint(self, name: str, endpoint: _Endpoint) -> Endpoint:
        state = self.hosting.state(endpoint.operation) or "deleting"
        uri = None if state == "creating" else f"https://{name}.inference.example/score"
        return Endpoint(
            name=name,
            provisioning=state,
            scoring_uri=uri,
            traffic=endpoint.traffic,
            tags=endpoint.tags,
            error=endpoint.error if state == "failed" else None,
        )

    def _refuse_if_busy(self, endpoint: Endpoint) -> None:
        if endpoint.provisioning not in ("succeeded", "failed"):
            raise ConflictError(f"Endpoint '{endpoint.name}' is {endpoint.provisioning}.")

    def _refuse_unless_up(self, endpoint: str, name: str) -> None:
        deployment = self.hosting.deployments.get((endpoint, name))
        if deployment is None or self.hosting.state(deployment.operation) != "succeeded":
            raise TunedropError(f"Deployment '{name}' is not up, so it can take no traffic.")


class MemoryDeployments:
    """``ports.Deployments``."""

    def __init__(self, hosting: Hosting) -> None:
        self._hosting = hosting
        self.created: list[DeploymentSpec] = []
        self.fails_with: str | None = None
        """The error of the deployments that are created next; ``None``: they succeed."""

    def get(self, endpoint: str, name: str) -> Deployment | None:
        self._hosting.settle()
        deployment = self._hosting.deployments.get((endpoint, name))
        return self._deployment(deployment) if deployment else None

    def create(self, spec: DeploymentSpec, before: datetime | None = None) -> None:
        if self.get(spec.endpoint, spec.name) is None:
            self._hosting.clock.in_time(before)
        existing = self.get(spec.endpoint, spec.name)
        model = f"{spec.model_name}:{spec.model_version}"
        if existing is not None:
            if existing.model != model:
                raise ConflictError(f"Deployment '{spec.name}' serves {existing.model}.")
            return
        endpoint = self._hosting.endpoints.get(spec.endpoint)
        if endpoint is None:
            raise NotFoundError(f"Endpoint '{spec.endpoint}' does not exist.")
        if self._hosting.state(endpoint.operation) != "succeeded":
            raise ConflictError(f"Endpoint '{spec.endpoint}' is busy.")
        after: Provisioning = "failed" if self.fails_with else "succeeded"
        operation = self._hosting.start("creating", self._hosting.deployment_seconds, after)
        self._hosting.deployments[(spec.endpoint, spec.name)] = _Deployment(spec, operation, self.fails_with)
        self.created.append(spec)

    def delete(self, endpoint: str, name: str) -> None:
        existing = self.get(endpoint, name)
        if existing is None or existing.provisioning == "deleting":
            return
        if existing.provisioning not in ("succeeded", "failed"):
            raise ConflictError(f"Deployment '{name}' is {existing.provisioning}.")
        if self._hosting.endpoints[endpoint].traffic.get(name):
            raise ConflictError(f"Deployment '{name}' takes traffic.")
        deployment = self._hosting.deployments[(endpoint, name)]
        deployment.operation = self._hosting.start("deleting", self._hosting.delete_seconds, None)

    def of(self, endpoint: str) -> Iterator[Deployment]:
        self._hosting.settle()
        items = sorted(self._hosting.deployments.items())
        return iter([self._deployment(deployment) for (owner, _), deployment in items if owner == endpoint])

    def _deployment(self, deployment: _Deployment) -> Deployment:
        state = self._hosting.state(deployment.operation) or "deleting"
        spec = deployment.spec
        return Deployment(
            endpoint=spec.endpoint,
            name=spec.name,
            provisioning=state,
            model=f"{spec.model_name}:{spec.model_version}",
            tags=spec.tags,
            error=deployment.error if state == "failed" else None,
        )


class MemoryScorer:
    """``ports.Scorer``: a deployment that is up answers with ``answer(body)``."""

    def __init__(self, hosting: Hosting) -> None:
        self._hosting = hosting
        self.answer: Callable[[Mapping[str, Any]], Any] = lambda body: {"output": "An answer."}
        self.requests: list[tuple[str | None, Mapping[str, Any]]] = []

    def score(self, scoring_uri: str, body: Mapping[str, Any], deployment: str | None = None) -> Any:
        self._hosting.settle()
        self.requests.append((deployment, body))
        name = scoring_uri.removeprefix("https://").partition(".")[0]
        endpoint = self._hosting.endpoints.get(name)
        target = deployment or next(iter(endpoint.traffic if endpoint else ()), None)
        scored = self._hosting.deployments.get((name, target)) if target else None
        if scored is None:
            raise ScoringError(f"Nothing answers at {scoring_uri}.", 404)
        if self._hosting.state(scored.operation) != "succeeded":
            raise ScoringError(f"Deployment '{target}' is not up.", 503)
        return self.answer(body)
