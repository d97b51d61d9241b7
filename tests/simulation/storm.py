"""Suite: seeded storms of uploads, of events that are lost, repeated, late and shuffled, of decisions, and of faults.

A seed gives a plan. Parts of the plan can be left out, which is how a violation is shrunk. After the storm comes a
calm without faults, in which every run must come to rest and every endpoint must be deleted at last.
"""

import heapq
import json
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import count
from typing import Any, Final

from shared.core.resources import UPLOADS
from shared.core.states import ENDS, State
from shared.engine.advance import advance
from shared.engine.poison import record_failure
from shared.models.run import Decided, Run
from shared.runs.decisions import decide
from shared.sweeps.reap import reap
from shared.sweeps.reconcile import reconcile
from shared.sweeps.sweep import sweep
from tests.doubles.faults import KINDS, Kind
from tests.doubles.world import chat
from tests.simulation.simulation import DAY, Simulation, Single
from tests.simulation.workers import TakingTurns

PROJECTS: Final = ("support", "sales-emea")
FILES: Final = ("faq.jsonl", "chats.jsonl")
LATEST: Final = 72 * 3600.0
SETTINGS: Final = (
    b"",
    b"hyperparameters:\n  num_train_epochs: 5\n",
    b"mode: validate\n",
    b"budget_usd: 0.01\n",
    b"lease:\n  idle: 1h\n",
    b"modes: train\n",
)
"""What a project's tunedrop.yaml may become; the last one is faulty."""
JOB_FAILURES: Final = (
    *("the loss is not a number", "OutOfQuota", "ImageBuildFailure", "DiskFull"),
    *("CUDA out of memory", "the node was preempted", "TooManyRequests"),
)
"""Errors of jobs. The app retries the last three once."""
DEPLOYMENT_FAILURES: Final = ("The image could not be pulled.", "ResourceNotReady", "SkuNotAvailable", "ServerBusy")
"""Errors of deployments. The app retries the last one once."""
TESTED: Final = 10_000
"""How many storms the tests run."""
CAPS: Final = (1, 2, 3, 10, 10)
"""Slots for jobs and for endpoints; no storm needs ten of either."""
_CALLS: Final = 800
"""Faults are planned for this many calls of the app."""
_CALM_ROUNDS: Final = 600
_MINUTE: Final = 60.0


@dataclass(frozen=True)
class Upload:
    """A file is written. Its event comes after each of ``delays`` (seconds), or never if there are none."""

    at: float
    path: str
    content: bytes = field(repr=False)
    delays: tuple[float, ...]
    quoted: bool

    def __str__(self) -> str:
        delays = ", ".join(f"{delay:.0f}" for delay in self.delays)
        event = f"its event{', its ETag in quotes,' if self.quoted else ''} comes after {delays} s"
        return f"{self.at:.0f} s: {self.path} is written; {event if delays else 'its event is lost'}"


@dataclass(frozen=True)
class Action:
    """A person or Azure does something to a file or to its runs."""

    at: float
    what: str
    path: str

    def __str__(self) -> str:
        return f"{self.at:.0f} s: {self.what}, {self.path}"


@dataclass(frozen=True)
class Fault:
    """What happens to a call of the app."""

    call: int
    kind: Kind

    def __str__(self) -> str:
        return f"call {self.call}: {self.kind}"


Part = Upload | Action | Fault


@dataclass(frozen=True)
class Storm(Single):
    """The storm of a seed, without some parts of its plan."""

    seed: int
    without: Collection[int] = frozenset()

    def begun(self) -> "Weather":
        return Weather(self.seed, [part for _, part in self.parts()])

    def parts(self) -> list[tuple[int, Part]]:
        """The parts of the plan, numbered."""
        return [(number, part) for number, part in enumerate(planned(self.seed)) if number not in self.without]


def planned(seed: int) -> list[Part]:
    """The plan of a seed."""
    rnd = random.Random(seed)
    paths = [f"{project}/{file}" for project in PROJECTS[: rnd.randint(1, 2)] for file in FILES[: rnd.randint(1, 2)]]
    uploads = [_upload(rnd, rnd.choice(paths), number) for number in range(rnd.randint(1, 4))]
    actions = [_action(rnd, rnd.choice(paths)) for _ in range(rnd.choice((0, 0, 1, 2, 4)))]
    faults = [Fault(rnd.randrange(_CALLS), rnd.choice((*KINDS, "stalled"))) for _ in range(rnd.choice((0, 2, 8, 30)))]
    return [*uploads, *actions, *faults]


def _upload(rnd: random.Random, path: str, number: int) -> Upload:
    content = rnd.choice((b"", b"no json\n")) if rnd.random() < 0.05 else _content(number)
    deliveries = 0 if rnd.random() < 0.1 else rnd.randint(1, 5)
    delays = tuple(rnd.uniform(0, LATEST if rnd.random() < 0.1 else 10) for _ in range(deliveries))
    return Upload(_moment(rnd), path, content, delays, rnd.random() < 0.5)


@cache
def _content(number: int) -> bytes:
    return chat(rows=12, topic=f"topic {number}")


def _action(rnd: random.Random, path: str) -> Action:
    actions = ("cancel", "cancel", "retry", "approve", "settings", "settings", "delete", "deployments fail")
    return Action(_moment(rnd), rnd.choice((*actions, *rnd.sample(JOB_FAILURES, 3))), path)


def _moment(rnd: random.Random) -> float:
    return rnd.choice((rnd.uniform(0, 60), rnd.uniform(0, 3600), rnd.uniform(0, 6 * 3600)))


@dataclass
class Weather:
    """A storm under way."""

    seed: int
    parts: list[Part]
    agenda: list[tuple[float, int, Callable[[], Any]]] = field(default_factory=list)
    """(seconds since the start, serial number, what happens then)."""

    def __post_init__(self) -> None:
        self.rnd = random.Random(-1 - self.seed)
        plan = {part.call: part.kind for part in self.parts if isinstance(part, Fault)}
        most_jobs, most_endpoints = self.rnd.choices(CAPS, k=2)
        self.simulation = Simulation(plan, most_jobs=most_jobs, most_endpoints=most_endpoints)
        self.ports = self.simulation.ports
        self.ports.jobs.lasts = self.rnd.choice((5, 60, 900, 3600))
        self.ports.jobs.stops_in = (10, 120)[self.seed % 2]
        self.ports.endpoints.hosting.deployment_seconds = self.rnd.choice((5, 120, 900))
        self._began = self.simulation.clock.now()
        self._serial = count()
        self._announced = 0
        self._failed: Counter[tuple[str, str]] = Counter()

    def run(self) -> list[str]:
        for part in self.parts:
            if isinstance(part, Upload):
                self._at(part.at, partial(self._uploaded, part))
            elif isinstance(part, Action):
                self._at(part.at, partial(self._act, part))
        while self.agenda:
            self._step()
        return self._calm()

    def _step(self) -> None:
        """Do what is due, run some timers, process some messages, and let time pass."""
        while self.agenda and self.agenda[0][0] <= self._now():
            heapq.heappop(self.agenda)[2]()
        app = self.simulation.app
        for probability, timer in ((0.9, reconcile), (0.2, reap), (0.1, sweep)):
            if self.rnd.random() < probability:
                self.simulation.do(partial(timer, app))
        self._work()
        self._announce_jobs()
        self._pass_time()

    def _work(self) -> None:
        """Process some messages in any order, now and then with two workers at once."""
        messages = self.ports.queue.messages
        for _ in range(self.rnd.randint(1, 12)):
            if not messages:
                return
            message = messages.pop(self.rnd.randrange(len(messages)))
            if self.rnd.random() < 0.05:
                other = self.rnd.choice([message, *messages])
                turns = [self.rnd.randint(0, 15) for _ in range(4)]
                workers = TakingTurns(self.simulation.faults, self.simulation.do, turns)
                workers.run(self._advance(message), self._advance(other))
            elif self.simulation.do(self._advance(message)):
                self._failed.pop(message, None)
            else:
                self._send_again(message)

    def _send_again(self, message: tuple[str, str]) -> None:
        """Send a failed message again. After every fifth failure it is a poison message."""
        self._failed[message] += 1
        if self._failed[message] % 5:
            self.ports.queue.send(*message)
        else:
            text = json.dumps({"project": message[0], "run_id": message[1]})
            self.simulation.do(partial(record_failure, text, self.simulation.app))

    def _advance(self, message: tuple[str, str]) -> Callable[[], None]:
        return partial(advance, *message, self.simulation.app)

    def _pass_time(self) -> None:
        if not self.agenda:
            return
        left = self.agenda[0][0] - self._now()
        step = self.rnd.choice((5.0, 60.0, 60.0, 300.0, 600.0))
        self.simulation.clock.advance(max(0.001, min(left, step) if self._is_busy() else left))

    def _is_busy(self) -> bool:
        resting = ENDS | {State.LIVE}
        return any(run.state not in resting and not run.hold_reason for run in self.ports.runs.all())

    def _uploaded(self, part: Upload) -> None:
        event = self.simulation.upload(part.path, part.content)
        if part.content.startswith(b"no json"):
            self._may_end(part.path, State.REJECTED)
        if part.quoted:
            event["data"]["eTag"] = f'"{event["data"]["eTag"]}"'
        for delay in part.delays:
            self._at(self._now() + delay, partial(self.simulation.deliver, event))

    def _act(self, action: Action) -> None:
        project, _, _ = action.path.partition("/")
        match action.what:
            case "delete":
                self.ports.blobs.delete(UPLOADS, action.path)
                self._may_end(action.path, State.CANCELLED)
            case "settings":
                content = self.rnd.choice(SETTINGS)
                self.ports.blobs.write(UPLOADS, f"{project}/tunedrop.yaml", [content], "application/yaml")
                if content == SETTINGS[-1]:
                    self._may_end_in(project, State.REJECTED)
            case "deployments fail":
                self.ports.deployments.fails_with = self.rnd.choice(DEPLOYMENT_FAILURES)
                for every_project in PROJECTS:
                    self._may_end_in(every_project, State.FAILED)
            case "cancel" | "retry" | "approve":
                self._decide(action)
            case failure:
                self._fail_jobs(action.path, failure)

    def _fail_jobs(self, path: str, failure: str) -> None:
        for run in self._runs(path):
            job = self.ports.jobs.get(run.results.job or "")
            if job is not None and job.azure_status == "Running":
                self.ports.jobs.fail(job.name, failure)
                self._may_end(path, State.FAILED)

    def _decide(self, action: Action) -> None:
        what: Decided = action.what  # type: ignore[assignment]
        if what == "cancel":
            self._may_end(action.path, State.CANCELLED)
        for run in self._runs(action.path):
            self._decides(what, run)

    def _decides(self, what: Decided, run: Run) -> None:
        self.simulation.do(partial(decide, run.project, run.run_id, what, "ada@example.com", self.simulation.app))

    def _announce_jobs(self) -> None:
        """Deliver events of jobs, which may be lost, repeated or late, and events of their children."""
        for job in self.ports.jobs.submitted[self._announced :]:
            for status in ("Running", "Completed"):
                for name in [job.name] * self.rnd.randint(0, 3) + [f"{job.name}-child"]:
                    event = self.simulation.job_event(name, status)
                    late = self.rnd.uniform(0, LATEST) if self.rnd.random() < 0.02 else self.rnd.uniform(0, 600)
                    self._at(self._now() + late, partial(self.simulation.deliver, event))
        self._announced = len(self.ports.jobs.submitted)

    def _calm(self) -> list[str]:
        """Nothing fails any more, held runs are approved, and leases run out."""
        self.simulation.faults.plan.clear()
        self.ports.deployments.fails_with = None
        settled = self._until(self.simulation.at_rest)
        wrong = self.simulation.violations()
        if not settled or wrong:
            return wrong
        self.simulation.clock.advance(8 * DAY)
        self._until(lambda: not self.ports.active.rows and not list(self.ports.endpoints.tagged()))
        left = [f"{run_id} is left in the index" for _, run_id in self.ports.active.rows]
        return left + self.simulation.violations()

    def _until(self, done: Callable[[], bool]) -> bool:
        for round_ in range(_CALM_ROUNDS):
            if round_ % 10 == 0:
                self.simulation.do(partial(sweep, self.simulation.app))
            self.simulation.do(partial(reap, self.simulation.app))
            self.simulation.round()
            for run in self.ports.runs.all():
                if run.hold_reason:
                    self._decides("approve", run)
            if round_ % 10 == 0 and done():
                return True
            self.simulation.clock.advance(10 * _MINUTE if self._is_full() else _MINUTE)
        return False

    def _is_full(self) -> bool:
        """Whether a run waits for an endpoint slot, which may take hours."""
        return any(run.queue == "endpoint" for run in self.ports.runs.all())

    def _runs(self, path: str) -> Iterator[Run]:
        return (run for run in list(self.ports.runs.all()) if run.upload.path == path)

    def _may_end(self, path: str, state: State) -> None:
        self.simulation.history.causes.add((path, state))

    def _may_end_in(self, project: str, state: State) -> None:
        for file in FILES:
            self._may_end(f"{project}/{file}", state)

    def _at(self, seconds: float, what: Callable[[], Any]) -> None:
        heapq.heappush(self.agenda, (seconds, next(self._serial), what))

    def _now(self) -> float:
        return (self.simulation.clock.now() - self._began).total_seconds()
