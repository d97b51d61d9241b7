"""A stack as the end-to-end tests use it: what a project owner does, and what an operator can see."""

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

TIMEOUT: Final = 240.0
"""Seconds that a test waits for anything: many times as long as it takes."""
TIMERS: Final = {"RECONCILE_SCHEDULE": "* * * * * *", "REAP_SCHEDULE": "*/2 * * * * *"}
"""App settings. A run that waits for Azure ML is due after two seconds; a timer that fires every two seconds finds it
due only every other time."""
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
    """A stack whose training steps and servers take no time. Everything else is as on any laptop.

    Args:
        azureml: further arguments of the Azure ML stand-in.
        settings: app settings.
    """
    here = ROOT / "tests" / "contract" / "ports"
    steps, server = (shlex.join([sys.executable, str(here / name)]) for name in ("quick_step.py", "quick_server.py"))
    quick = ("--step-command", steps, "--serve-command", server, "--quota", "Standard_NC24ads_A100_v4=100000")
    return Options(state, Path(sys.executable), TINY_MODEL, (*quick, *azureml), settings, in_memory=True)


class NotInTimeError(AssertionError):
    """A condition did not become true in time."""


def rows(count: int, about: str) -> bytes:
    """An upload of ``count`` chat records about something invented."""
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
    """The app's gateways in the current environment."""
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
    """Make this process a client of the stack."""
    with mock.patch.dict(os.environ, stack.environment), fresh_ports() as ports:
        yield World(stack, ports)


@dataclass(frozen=True)
class Requests:
    """Azure ML's request log."""

    entries: list[LoggedRequest]

    def created(self, kind: str, prefix: str) -> list[str]:
        """The names of one kind that were created by a PUT, each once."""
        return [name for name in self._created[kind] if name.startswith(prefix)]

    @cached_property
    def _created(self) -> dict[str, list[str]]:
        paths = [request["path"] for request in self.entries if request["method"] == "PUT" and request["status"] < 300]
        return {
            kind: sorted({match["name"] for path in paths if (match := pattern.search(path))})
            for kind, pattern in _CREATED.items()
        }


class World:
    """A stack, used by a project owner and observed by an operator."""

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
        """Upload a file and wait for its run."""
        self.upload(project, content, config)
        self.until(lambda: any(self.ports.runs.all(project)), f"a run of {project}", every=0.02)
        return next(self.ports.runs.all(project))

    def read(self, run: Run) -> Run:
        """The current record of a run."""
        stored = self.ports.runs.get(run.project, run.run_id)
        assert stored is not None
        return stored.value

    def until_state(self, run: Run, state: State) -> Run:
        """Wait until a run has reached ``state``; its record then.

        Raises:
            AssertionError: the run ended in another state, or did not reach the state in time.
        """
        current = run

        def has_reached() -> bool:
            nonlocal current
            current = self.read(run)
            ended = current.state in ENDS and current.state is not state
            assert not ended, f"{run.run_id} ended as {current.state}: {current.results.error}"
            return has_come_to(current.state, state)

        self.until(has_reached, f"{run.run_id} to be {state}")
        return current

    def until(self, condition: Callable[[], bool], what: str, every: float = 0.2, timeout: float = TIMEOUT) -> None:
        """Check a condition again and again until it is true.

        Args:
            what: what the test waits for, as in "Waited 240 s for …".
            every: seconds between two checks.
            timeout: seconds.

        Raises:
            NotInTimeError: it did not become true in time.
        """
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise NotInTimeError(f"Waited {timeout:.0f} s for {what}. Logs: {self.stack.options.state / 'logs'}")
            time.sleep(every)

    def arm(self, **fault: Any) -> None:
        """Let the Azure ML stand-in fail once, as ``fault`` describes."""
        request(f"{self.stack.azureml.url}/_standin/faults", {}, fault, ca=self.stack.azureml.ca)

    def states(self, run: Run) -> list[State]:
        """The states in a run's timeline."""
        return [entry.state for entry in self.ports.runs.timeline(run.run_id, run.project)]

    def requests(self) -> Requests:
        """All requests to Azure ML so far."""
        return Requests(self.azureml.requests())

    def made_by(self, run: Run, requests: Requests) -> dict[str, int]:
        """How many resources of each kind a run has created, where its project has several runs."""
        version = model_version(run.run_id, 1).removesuffix("1")
        return {
            "jobs": len(requests.created("jobs", run.run_id)),
            "models": len(requests.created("models", f"{run.project}/versions/{version}")),
            "deployments": len(requests.created("deployments", run.run_id)),
        }

    def counts(self, run: Run) -> dict[str, int]:
        """How many resources of each kind the run's project has created."""
        requests = self.requests()
        return {
            "jobs": len(requests.created("jobs", run.project)),
            "models": len(requests.created("models", f"{run.project}/")),
            "endpoints": len(requests.created("endpoints", run.project)),
            "deployments": len(requests.created("deployments", run.project)),
        }


ONE_OF_ITS_OWN: Final = {"jobs": 1, "models": 1, "deployments": 1}
ONE_OF_EACH: Final = {"jobs": 1, "models": 1, "endpoints": 1, "deployments": 1}
