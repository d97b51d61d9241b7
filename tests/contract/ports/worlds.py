"""What the tests of the Azure ML ports need: the ports, a way to wait, and a way to make things fail."""

import json
import ssl
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from shared.core import resources
from shared.core.naming import MANAGED_BY, OURS, attempt_name
from shared.models.hosting import DeploymentSpec
from shared.models.training import RegisteredModel, TrainingJob
from shared.ports import Ports
from tests.contract.laptop import Server, until
from tests.doubles import MemoryPorts

T = TypeVar("T")

TAGS: Final = {MANAGED_BY: OURS, "project": "acme"}
_PREPARED: Final = "acme/prepared"
_WAIT_SECONDS: Final = 3600
"""Longer than any operation of the doubles."""


@dataclass(frozen=True)
class World:
    """One implementation of the Azure ML ports."""

    ports: Ports
    until: Callable[[Callable[[], Any], str], Any]
    """The condition's first true value; fails if it stays false."""
    submit_failing: Callable[[TrainingJob, str], None]
    """Submit a job that will fail with that message."""
    failing: Callable[[str, str], AbstractContextManager[None]]
    """In this context, an endpoint or ``endpoint/deployment`` that is created will fail with that message."""

    def job(self, project: str, attempt: int = 1, **changes: Any) -> TrainingJob:
        """A job whose files exist."""
        model = self.ports.catalog.foundation_model("Phi-4")
        assert model is not None
        files = {name: f"azureml://datastores/prepared/paths/{_PREPARED}/{name}.jsonl" for name in _SPLITS}
        job = TrainingJob(
            name=attempt_name(f"{project}-0123456789", attempt),
            display_name="Phi-4 on a few lines",
            experiment="tunedrop",
            component=self.ports.catalog.component().id,
            base_model=model.id,
            compute="gpu-cluster",
            gpus=1,
            train=files["train"],
            validation=files["validation"],
            test=files["test"],
            hyperparameters={"num_train_epochs": 2, "apply_lora": "true", "learning_rate": 2e-5},
            fingerprint=f"fingerprint of {project}",
            tags={**TAGS, "run": f"{project}-0123456789"},
        )
        return job.model_copy(update=changes)

    def write_splits(self) -> None:
        """Write the files that jobs read."""
        row = json.dumps({"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "!"}]})
        for name in _SPLITS:
            chunks = [f"{row}\n".encode()] * 12
            self.ports.blobs.write(resources.PREPARED, f"{_PREPARED}/{name}.jsonl", chunks, "application/jsonl")

    @cached_property
    def trained(self) -> str:
        """The output of a completed job, made once because training takes a while."""
        job = self.job("trained")
        self.train(job)
        return f"azureml://jobs/{job.name}/outputs/trained_model"

    def model(self, project: str) -> RegisteredModel:
        """A model to register."""
        return RegisteredModel(name=project, version="0123456789-1", path=self.trained, tags={**TAGS, "run": project})

    def train(self, job: TrainingJob) -> None:
        """Submit a job and wait until it has ended."""
        self.ports.jobs.submit(job)
        self.until(lambda: self.status(job.name) != "running", f"{job.name} ends")

    def status(self, job: str) -> str | None:
        """The status of a job; ``None`` if absent."""
        current = self.ports.jobs.get(job)
        return current.status if current else None

    def endpoint(self, name: str) -> str:
        """Create an endpoint and wait until it is up; its scoring URI."""
        self.ports.endpoints.create(name, TAGS)
        return self.settled(name)

    def settled(self, name: str) -> str:
        """Wait until an endpoint is up; its scoring URI."""

        def uri() -> str | None:
            endpoint = self.ports.endpoints.get(name)
            return endpoint.scoring_uri if endpoint and endpoint.provisioning == "succeeded" else None

        return str(self.until(uri, f"{name} is up"))

    def deploy(self, spec: DeploymentSpec) -> None:
        """Create a deployment and wait until it is up."""
        self.ports.deployments.create(spec)

        def is_up() -> bool:
            deployment = self.ports.deployments.get(spec.endpoint, spec.name)
            return deployment is not None and deployment.provisioning == "succeeded"

        self.until(is_up, f"{spec.name} is up")


_SPLITS: Final = ("train", "validation", "test")


def memory_world(ports: MemoryPorts) -> World:
    """The doubles; their time passes only in ``World.until``."""

    def wait(condition: Callable[[], T], what: str) -> T:
        for _ in range(_WAIT_SECONDS):
            if value := condition():
                return value
            ports.clock.advance(1)
        raise AssertionError(f"not within {_WAIT_SECONDS} s: {what}")

    def submit_failing(job: TrainingJob, message: str) -> None:
        ports.jobs.submit(job)
        ports.jobs.fail(job.name, message)

    @contextmanager
    def failing(path: str, message: str) -> Iterator[None]:
        double = ports.deployments if "/" in path else ports.endpoints
        double.fails_with = message
        yield
        double.fails_with = None

    return World(ports, wait, submit_failing, failing)


class StandIn:
    """A running ``local.azureml``, with steps and servers that take no time."""

    def __init__(self, server: Server, ca: Path) -> None:
        self._url = str(server.ready["url"])
        self._context = ssl.create_default_context(cafile=ca)
        self.settings = _settings(server.ready)

    def world(self, ports: Ports) -> World:
        """The world of ``ports``, which are gateways to this stand-in."""

        def submit_failing(job: TrainingJob, message: str) -> None:
            self.arm(on="step", path=f"{job.name}/finetune", message=message)
            ports.jobs.submit(job)

        @contextmanager
        def failing(path: str, message: str) -> Iterator[None]:
            self.arm(on="deployment" if "/" in path else "endpoint", path=f"^{path}$", message=message)
            yield

        return World(ports, until, submit_failing, failing)

    def requests(self, **where: str) -> list[dict[str, Any]]:
        """Entries of its request log that match ``where``."""
        return list(self._call("GET", f"requests?{urlencode(where)}")["value"])

    def arm(self, **fault: Any) -> None:
        """Let something fail, as the stand-in's fault API describes it."""
        self._call("POST", "faults", fault)

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._url}/_standin/{path}", content, headers, method=method)
        with urllib.request.urlopen(request, context=self._context) as answer:
            return json.loads(answer.read())


def _settings(ready: dict[str, Any]) -> dict[str, Any]:
    url = ready["url"]
    names = ("azure_portal", "resource_manager", "active_directory", "registry_discovery_endpoint")
    cloud = {**dict.fromkeys(names, url), "aml_resource_id": "https://ml.azure.com/", "storage_endpoint": "localhost"}
    workspace = {name: ready[name] for name in ("subscription_id", "resource_group", "workspace")}
    return {**workspace, "cloud_metadata": cloud, "instance_type": "Standard_DS3_v2"}
