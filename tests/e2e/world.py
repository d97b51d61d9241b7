"""What the end-to-end tests do to a stack, and what they look at."""

import json
import os
import re
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from unittest import mock

from cli.paths import ROOT, TINY_MODEL
from cli.runs.artifacts import upload
from cli.runs.client import Api
from cli.runs.http import request
from cli.stack.azureml import AzureMlApi, LoggedRequest
from cli.stack.eventgrid import EventGrid
from local.stack import Options, Stack
from shared import wiring
from shared.core.naming import CONFIG_FILE, model_version
from shared.core.settings import settings
from shared.core.states import ENDS, State, has_come_to
from shared.gateways.credential import credential
from shared.models.run import Run
from shared.ports import Ports

PATIENCE: Final = 240.0
"""Seconds after which a run that has not come where it should is given up: many times what it takes."""
TIMERS: Final = {"RECONCILE_SCHEDULE": "* * * * * *", "REAP_SCHEDULE": "*/2 * * * * *"}
"""App settings. A run that waits for Azure ML is looked at every two seconds, but only when the timer fires: one that
fires every two seconds misses every other look."""
CONFIG: Final = "hyperparameters: {max_steps: 3}\nlease: {idle: 1h}\n"
OVER_BUDGET: Final = "hyperparameters: {max_steps: 3, per_device_train_batch_size: 2}\nbudget_usd: 0.01\n"
"""A run with these settings waits for an approval."""
_CREATED: Final = {
    "jobs": re.compile(r"/jobs/(?P<name>[^/]+)$"),
    "models": re.compile(r"/models/(?P<name>[^/]+/versions/[^/]+)$"),
    "endpoints": re.compile(r"/onlineEndpoints/(?P<name>[^/]+)$"),
    "deployments": re.compile(r"/onlineEndpoints/[^/]+/deployments/(?P<name>[^/]+)$"),
}


def quick(state: Path, *azureml: str, **settings: str) -> Options:
    """A stack whose training steps and servers take no time: everything else is the real thing.

    Args:
        azureml: further arguments of the Azure ML stand-in.
        settings: app settings, beside ``TIMERS``.
    """
    here = ROOT / "tests" / "contract" / "ports"
    steps, server = (shlex.join([sys.executable, str(here / name)]) for name in ("quick_step.py", "quick_server.py"))
    quick = ("--step-command", steps, "--serve-command", server, "--quota", "Standard_NC24ads_A100_v4=100000")
    return Options(state, Path(sys.executable), TINY_MODEL, (*quick, *azureml), TIMERS | settings, in_memory=True)


class NotYetError(AssertionError):
    """Something did not happen in time."""


def rows(count: int, about: str) -> bytes:
    """Chat records about something invented."""
    return b"".join(
        json.dumps(
            {
                "messages": [
                    {"role": "user", "content": f"How many {about} are in box {number}?"},
                    {"role": "assistant", "content": f"Box {number} holds {number * 3} {about}."},
                ]
            }
        ).encode()
        + b"\n"
        for number in range(count)
    )


@contextmanager
def fresh_ports() -> Iterator[Ports]:
    """The app's gateways as the environment stands now."""
    caches = (settings, credential, wiring.ports)
    for cached in caches:
        cached.cache_clear()
    try:
        yield wiring.ports()
    finally:
        for cached in caches:
            cached.cache_clear()


@contextmanager
def joined(stack: Stack) -> Iterator["World"]:
    """This process as a client of the stack."""
    with mock.patch.dict(os.environ, stack.environment), fresh_ports() as ports:
        yield World(stack, ports)


@dataclass(frozen=True)
class Requests:
    """What a project's runs asked of Azure ML, by its request log."""

    entries: list[LoggedRequest]

    def created(self, kind: str, prefix: str) -> list[str]:
        """Names of one kind that were PUT with success, each once."""
        return [name for name in self._created[kind] if name.startswith(prefix)]

    @cached_property
    def _created(self) -> dict[str, list[str]]:
        paths = [each["path"] for each in self.entries if each["method"] == "PUT" and each["status"] < 300]
        return {
            kind: sorted({found["name"] for path in paths if (found := pattern.search(path))})
            for kind, pattern in _CREATED.items()
        }


class World:
    """A stack with a project owner's hands and an operator's eyes."""

    def __init__(self, stack: Stack, ports: Ports) -> None:
        self.stack = stack
        self.ports = ports
        self.api = Api(stack.url, stack.key)
        self.azureml = AzureMlApi(stack)
        self.eventgrid = EventGrid(stack)

    def upload(self, project: str, content: bytes, config: str = CONFIG, name: str = "rows.jsonl") -> None:
        """Upload a project's settings and a file."""
        upload(self.ports, f"{project}/{CONFIG_FILE}", config.encode())
        upload(self.ports, f"{project}/{name}", content)

    def drop(self, project: str, content: bytes, config: str = CONFIG) -> Run:
        """Upload a file; the run that it becomes."""
        self.upload(project, content, config)
        self.until(lambda: any(self.ports.runs.all(project)), f"a run of {project}", every=0.02)
        return next(self.ports.runs.all(project))

    def read(self, run: Run) -> Run:
        """The record as it is now."""
        stored = self.ports.runs.get(run.project, run.run_id)
        assert stored is not None
        return stored.value

    def until_state(self, run: Run, state: State) -> Run:
        """Wait for a run to come to ``state`` or past it; it fails at once if the run ends otherwise."""
        found = [run]

        def reached() -> bool:
            found[0] = self.read(run)
            ended = found[0].state in ENDS and found[0].state is not state
            assert not ended, f"{run.run_id} ended as {found[0].state}: {found[0].results.error}"
            return has_come_to(found[0].state, state)

        self.until(reached, f"{run.run_id} to be {state}")
        return found[0]

    def until(self, condition: Callable[[], bool], what: str, every: float = 0.2, patience: float = PATIENCE) -> None:
        """Wait for something outside that tells nobody when it happens."""
        deadline = time.monotonic() + patience
        while not condition():
            if time.monotonic() > deadline:
                raise NotYetError(f"Waited {patience:.0f} s for {what}. Logs: {self.stack.options.state / 'logs'}")
            time.sleep(every)

    def arm(self, **fault: Any) -> None:
        """Ask the stand-in of Azure ML for a fault."""
        request(f"{self.stack.azureml.url}/_standin/faults", {}, fault, ca=self.stack.azureml.ca)

    def states(self, run: Run) -> list[State]:
        """The states that a run has been through."""
        return [entry.state for entry in self.ports.runs.timeline(run.run_id, run.project)]

    def requests(self) -> Requests:
        """Azure ML's request log so far."""
        return Requests(self.azureml.requests())

    def made_by(self, run: Run, requests: Requests) -> dict[str, int]:
        """How many things of each kind one of several runs of a project has brought into being."""
        version = model_version(run.run_id, 1).removesuffix("1")
        return {
            "jobs": len(requests.created("jobs", run.run_id)),
            "models": len(requests.created("models", f"{run.project}/versions/{version}")),
            "deployments": len(requests.created("deployments", run.run_id)),
        }

    def counts(self, run: Run) -> dict[str, int]:
        """How many things of each kind the run's uploads have brought into being."""
        requests = self.requests()
        return {
            "jobs": len(requests.created("jobs", run.project)),
            "models": len(requests.created("models", f"{run.project}/")),
            "endpoints": len(requests.created("endpoints", run.project)),
            "deployments": len(requests.created("deployments", run.project)),
        }


ONE_OF_ITS_OWN: Final = {"jobs": 1, "models": 1, "deployments": 1}
ONE_OF_EACH: Final = {"jobs": 1, "models": 1, "endpoints": 1, "deployments": 1}
