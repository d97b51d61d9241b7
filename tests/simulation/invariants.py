"""The rules that every schedule must keep. ``Watch`` checks the first list, ``violations_at_rest`` the second.

After every call of the app:

- In one attempt, the state of a run only moves forward. Attempts are numbered without gaps.
- A run ends only when none of its jobs still runs and none of its deployments exists.
- At most one run of a project is ``deploying``, ``deployed`` or ``evaluated``: the run with the deploy lock.
- The record has an attempt before the attempt starts anything, and only one attempt of a run has a running job or a
  deployment.
- The app itself retries a run at most once.
- Nothing is started for a run that has ended or that waits for an approval.
- Running jobs and endpoints never exceed their slots.
- Waiting runs get slots for jobs in the order in which their uploads arrived.
- A deployment is promoted only after it has come up.
- Traffic goes only to deployments that were promoted.
- Models are registered only from completed jobs.
- No run waits past its deadline.
- No serving row gives up its endpoint while the endpoint exists.
- A notice is published only for a transition that was written. A repeated notice equals the first.
- The timeline has one state for each transition.
- No prepared file is written twice.
- After two workers have met and none has died, the index leads to each run: no later than its record says, and with
  its place in the queue.

When nothing is left to be done:

- Each version whose event came, or that still exists, has exactly one run. The run has read that version.
- The newest version is never superseded. No run serves while a newer version of its upload was promoted.
- No run is under way. A run that failed, was cancelled or was rejected has a cause.
- Each attempt made exactly one job, one model version and one deployment for the states that it reached.
- Each transition has one timeline entry and a notice.
- The index has exactly the runs that have not ended.
- No job runs. Each endpoint has a lease, a live run, and only its champion, which gets all traffic.
- The ledger has each endpoint that had a lease and is gone.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from shared.core.durations import WAITING_EXTENSION
from shared.core.naming import OURS, is_data_file
from shared.core.resources import PREPARED, UPLOADS
from shared.core.states import ENDS, Intent, State, may_follow
from shared.endpoints.serving import endpoint_name
from shared.models.hosting import DeploymentSpec
from shared.models.project import Capacity, Lease, Serving
from shared.models.run import Notice, Queue, Run, TimelineEntry
from shared.models.training import RegisteredModel, TrainingJob
from shared.runs.store import queue_position
from tests.doubles.memory import MemoryPorts

HAS_DEPLOY_LOCK: Final = frozenset({State.DEPLOYING, State.DEPLOYED, State.EVALUATED})
NEEDS_A_CAUSE: Final = frozenset({State.FAILED, State.CANCELLED, State.REJECTED})
_CHANGED_BY_WAITING: Final = ("next_due", "not_before", "claim", "updated", "results")
"""Fields that a step changes while it waits."""
Version = tuple[str, str]
"""(path, ETag) of an upload."""
Attempt = tuple[str, int]
"""(run id, number)."""


@dataclass
class History:
    """What people and Event Grid did to the world."""

    uploaded: dict[Version, str] = field(default_factory=dict)
    """SHA-256 of each version, oldest first."""
    announced: set[Version] = field(default_factory=set)
    """Versions whose event the app got."""
    causes: set[tuple[str, State]] = field(default_factory=set)
    """(path, end): runs of this upload may come to this end, because of something that was done."""

    def newer(self, version: Version) -> set[Version]:
        """Versions of the same upload that were written later."""
        versions = [uploaded for uploaded in self.uploaded if uploaded[0] == version[0]]
        return set(versions[versions.index(version) + 1 :])


class Watch:
    """Checks the world after every call of the app. ``violations`` are in the order of the calls."""

    def __init__(self, ports: MemoryPorts) -> None:
        self.violations: list[str] = []
        self._ports = ports
        self._runs: dict[str, Run] = {}
        self._promoted: set[str | None] = {None}
        self._notices: dict[str, Notice] = {}
        self._entries: dict[tuple[str, int], TimelineEntry] = {}
        self._files: set[str] = set()
        self._leased: set[str] = set()
        self._admitted: set[str] = set()
        self._waiting: dict[int, list[str]] = {}
        """Runs that waited for a job slot when a worker last looked, by the worker's thread."""
        self._checks: dict[str, Callable[..., Iterator[str]]] = {
            "runs.create": self._run_written,
            "runs.replace": self._run_written,
            "runs.append": self._entry_written,
            "projects.replace_serving": self._serving_written,
            "active.waiting": self._waiting_read,
            "projects.replace_capacity": self._slots_given,
            "projects.put_lease": self._lease_written,
            "jobs.submit": self._job_submitted,
            "models.register": self._model_registered,
            "endpoints.create": self._endpoint_created,
            "deployments.create": self._deployment_created,
            "endpoints.set_traffic": self._traffic_set,
            "notices.publish": self._notices_published,
            "blobs.write": self._blob_written,
            "blobs.commit": self._blob_written,
        }

    def after(self, name: str, args: tuple[Any, ...], result: Any) -> None:
        """Check a call of a port after its effect."""
        check = self._checks.get(name)
        if check is not None and result is not False:
            self.violations += check(*args)

    def missing_from_ledger(self) -> list[str]:
        """Endpoints that had a lease, are gone, and are not in the ledger. Call it at rest."""
        left = {endpoint.name for endpoint in self._ports.endpoints.tagged()}
        recorded = {entry.endpoint for entry in self._ports.ledger.entries()}
        return [f"the cost of {name} is not in the ledger" for name in sorted(self._leased - left - recorded)]

    def _run_written(self, run: Run, etag: str = "") -> Iterator[str]:
        before = self._runs.get(run.run_id)
        self._runs[run.run_id] = run
        if before is not None and not _moves_forward(before, run):
            went_back = f"from attempt {before.attempt} {before.state} to attempt {run.attempt} {run.state}"
            yield f"{run.run_id} went back {went_back}"
        if sum(decision.by == OURS for decision in run.decisions) > 1:
            yield f"the app retried {run.run_id} by itself a second time"
        if run.state in ENDS and (left := _left_of(self._ports, run.run_id)):
            yield f"{run.run_id} is {run.state} while {', '.join(left)} still exists"
        if before is not None and _only_waits(before, run, self._ports.clock.now()):
            yield f"{run.run_id} still waits as {run.state} after its deadline {run.deadline}"
        if run.state in HAS_DEPLOY_LOCK and len(holders := self._holders(run.project)) > 1:
            yield f"{' and '.join(holders)} may both change the endpoint"

    def _holders(self, project: str) -> list[str]:
        """Runs that may change the project's endpoint now."""
        runs = self._runs.values()
        return sorted(run.run_id for run in runs if run.project == project and run.state in HAS_DEPLOY_LOCK)

    def _entry_written(self, run: Run, entry: TimelineEntry) -> Iterator[str]:
        first = self._entries.setdefault((run.run_id, entry.seq), entry)
        if first.state is not entry.state:
            yield f"{run.run_id} entered both {first.state} and {entry.state} as its transition {entry.seq}"

    def _serving_written(self, serving: Serving, etag: str) -> Iterator[str]:
        name = endpoint_name(serving, self._ports)
        if serving.champion not in self._promoted and not _came_up(self._ports, name, serving.champion):
            yield f"{serving.champion} was promoted and was never up"
        self._promoted.add(serving.champion)
        for endpoint in self._ports.endpoints.tagged():
            if endpoint.tags["project"] == serving.project and endpoint.name != name:
                yield f"the serving row gave {endpoint.name} up while it was {endpoint.provisioning}"

    def _waiting_read(self, queue: Queue, project: str | None = None) -> Iterator[str]:
        if queue == "job":
            self._waiting[threading.get_ident()] = self._runs_waiting_for_a_job()
        yield from ()

    def _runs_waiting_for_a_job(self) -> list[str]:
        """From the records: a run still waits if its row in the index is lost."""
        return [run.run_id for run in self._runs.values() if run.queue == "job" and run.intent is Intent.PROCEED]

    def _slots_given(self, capacity: Capacity, etag: str) -> Iterator[str]:
        """A worker decides by the queue as it has read it. A run that has left the queue since is not overtaken."""
        still_waiting = set(self._runs_waiting_for_a_job()) - set(capacity.job)
        queue = [
            self._runs[run_id] for run_id in self._waiting.get(threading.get_ident(), []) if run_id in still_waiting
        ]
        for run in [self._runs[run_id] for run_id in capacity.job if run_id not in self._admitted]:
            yield from (
                f"{run.run_id} got a slot before {first.run_id}, which had waited longer"
                for first in queue
                if first.created < run.created
            )
        self._admitted = set(capacity.job)

    def _lease_written(self, lease: Lease) -> Iterator[str]:
        self._leased.add(lease.endpoint)
        yield from ()

    def _job_submitted(self, job: TrainingJob) -> Iterator[str]:
        yield from self._started(job.name, job.tags)
        running = [job.name for job in self._ports.jobs.tagged() if job.status == "running"]
        if len(running) > self._ports.settings.most_jobs:
            yield f"{len(running)} jobs run at once"

    def _model_registered(self, model: RegisteredModel) -> Iterator[str]:
        job = self._ports.jobs.get(model.path.split("/")[3])
        if job is None or job.status != "completed":
            yield f"{model.name}:{model.version} was registered from a job that had not completed"

    def _endpoint_created(self, name: str, tags: dict[str, str]) -> Iterator[str]:
        endpoints = list(self._ports.endpoints.tagged())
        if len(endpoints) > self._ports.settings.most_endpoints:
            yield f"{len(endpoints)} endpoints are up at once"

    def _deployment_created(self, spec: DeploymentSpec) -> Iterator[str]:
        yield from self._started(spec.name, spec.tags)

    def _started(self, name: str, tags: dict[str, str]) -> Iterator[str]:
        run_id, attempt = _attempt_of(tags)
        record = self._runs[run_id]
        if attempt > record.attempt:
            yield f"{name} was started before attempt {attempt} was written down"
        if record.hold_reason or record.state in ENDS:
            yield f"{name} was started while its run was {'held' if record.hold_reason else record.state}"
        if len(left := [other for other in _left_of(self._ports, run_id) if other != name]):
            yield f"{name} was started while {', '.join(left)} still exists"

    def _traffic_set(self, endpoint: str, traffic: dict[str, int]) -> Iterator[str]:
        for deployment in set(traffic) - self._promoted:
            yield f"{endpoint} was asked to send traffic to {deployment}, which was never promoted"

    def _notices_published(self, run: Run, notices: list[Notice]) -> Iterator[str]:
        for notice in notices:
            first = self._notices.setdefault(notice.id, notice)
            if first != notice:
                yield f"notice {notice.id} said {first.state}, then {notice.state}"
            if int(notice.id.rpartition(":")[2]) > self._runs[run.run_id].seq:
                yield f"notice {notice.id} said {notice.state} before the record did"

    def _blob_written(self, container: str, path: str, *args: Any) -> Iterator[str]:
        if container == PREPARED and path in self._files:
            yield f"{path} was written twice"
        if container == PREPARED:
            self._files.add(path)


def _attempt_of(tags: dict[str, str]) -> Attempt:
    """The attempt that owns a job, model or deployment, by its tags."""
    return tags["run"], int(tags["attempt"])


def _left_of(ports: MemoryPorts, run_id: str) -> list[str]:
    """Names of a run's running jobs and existing deployments."""
    submitted = [plan.name for plan in ports.jobs.submitted if plan.tags["run"] == run_id]
    running = [name for name in submitted if (job := ports.jobs.get(name)) and job.status == "running"]
    specs = [spec for spec in ports.deployments.created if spec.tags["run"] == run_id]
    return running + [spec.name for spec in specs if ports.deployments.get(spec.endpoint, spec.name)]


def _came_up(ports: MemoryPorts, endpoint: str, name: str | None) -> bool:
    """Whether a deployment is up, or was: it may be deleted already, because its run was just cancelled."""
    deployment = ports.deployments.get(endpoint, name or "")
    if deployment is None:
        return any(spec.name == name for spec in ports.deployments.created)
    return deployment.provisioning in ("succeeded", "deleting")


def _only_waits(before: Run, after: Run, now: datetime) -> bool:
    """Whether a run is past its deadline, and this write only lets it wait longer."""
    longer = WAITING_EXTENSION if before.hold_reason or before.queue else timedelta()
    if before.state in ENDS or now <= before.deadline + longer:
        return False
    ignored = dict.fromkeys(_CHANGED_BY_WAITING)
    return before.model_copy(update=ignored) == after.model_copy(update=ignored)


def _moves_forward(before: Run, after: Run) -> bool:
    if after.attempt != before.attempt:
        return after.attempt == before.attempt + 1
    return after.state is before.state or may_follow(before.state, after.state)


def wrong_in_index(ports: MemoryPorts) -> Iterator[str]:
    """Rows of the index that do not lead to their run: asked when no worker is at work, and none has died."""
    for run in ports.runs.all():
        row = ports.active.rows.get((run.project, run.run_id))
        if run.state in ENDS:
            continue
        if row is None or row.next_due > run.next_due:
            yield f"{run.run_id} is due {run.next_due}, its row in the index {row.next_due if row else 'is missing'}"
        elif row.waiting != queue_position(run):
            yield f"{run.run_id} waits for {run.queue}, its row in the index for {row.waiting and row.waiting.queue}"


def violations_at_rest(ports: MemoryPorts, history: History) -> Iterator[str]:
    """The second list of rules: what a world violates in which nothing is left to be done."""
    runs = list(ports.runs.all())
    for run in runs:
        checks = (_record(ports, run, history), _version(run, history), _transitions(ports, run))
        yield from (f"{run.run_id}: {wrong}" for check in checks for wrong in check)
    yield from _uploads(ports, runs, history)
    yield from _attempts(ports, runs)
    yield from (f"job {job.name} still runs" for job in ports.jobs.tagged() if job.status == "running")
    yield from _endpoints(ports, runs)


def _record(ports: MemoryPorts, run: Run, history: History) -> Iterator[str]:
    if run.state not in ENDS | {State.LIVE}:
        yield f"it is still {run.state}, due {run.next_due}, until {run.deadline}"
    if run.state in NEEDS_A_CAUSE and (run.upload.path, run.state) not in history.causes:
        yield f"it is {run.state} without a cause: {run.results.error}"
    if run.outbox or run.unsent:
        yield "some of its notices are not published"
    if ((run.project, run.run_id) in ports.active.rows) is (run.state in ENDS):
        yield f"its row in the index is wrong: it is {run.state}"


def _version(run: Run, history: History) -> Iterator[str]:
    version = (run.upload.path, run.upload.etag)
    if version not in history.uploaded:
        yield f"version {run.upload.etag} of {run.upload.path} never existed"
        return
    if run.upload.sha256 not in (None, history.uploaded[version]):
        yield "it has read a version other than its own"
    if run.state is State.SUPERSEDED and not history.newer(version):
        yield "it is superseded, but it is the newest version"


def _transitions(ports: MemoryPorts, run: Run) -> Iterator[str]:
    timeline = ports.runs.timeline(run.run_id, run.project)
    if [entry.seq for entry in timeline] != list(range(1, run.seq + 1)):
        yield f"its timeline has {[entry.seq for entry in timeline]}, not {run.seq} entries"
    if timeline and timeline[-1].state is not run.state:
        yield f"its timeline ends with {timeline[-1].state}, its record is {run.state}"
    published = {notice.id for notice in ports.notices.published if notice.id.startswith(f"{run.run_id}:")}
    if published != {f"{run.run_id}:{seq}" for seq in range(1, run.seq + 1)}:
        yield f"{len(published)} of {run.seq} transitions were published"


def _uploads(ports: MemoryPorts, runs: list[Run], history: History) -> Iterator[str]:
    blobs = ports.blobs.within(UPLOADS)
    existing = {(blob.path, blob.etag) for blob in blobs if blob.size and is_data_file(blob.path)}
    versions = Counter((run.upload.path, run.upload.etag) for run in runs)
    yield from (f"{path} of {etag} has no run" for path, etag in (history.announced | existing) - versions.keys())
    yield from (f"{path} of {etag} has {number} runs" for (path, etag), number in versions.items() if number > 1)
    went_live = {(run.upload.path, run.upload.etag) for run in runs if State.LIVE in _states(ports, run)}
    for run in runs:
        version = (run.upload.path, run.upload.etag)
        if run.state is State.LIVE and version in history.uploaded and history.newer(version) & went_live:
            yield f"{run.run_id} serves, though a newer version was promoted"


def _states(ports: MemoryPorts, run: Run) -> Iterable[State]:
    return [entry.state for entry in ports.runs.timeline(run.run_id, run.project)]


def _attempts(ports: MemoryPorts, runs: list[Run]) -> Iterator[str]:
    """Each attempt made one job, model version and deployment for the states that it reached, and never a second."""
    made = {
        State.SUBMITTED: Counter(_attempt_of(job.tags) for job in ports.jobs.submitted),
        State.REGISTERED: Counter(_attempt_of(model.tags) for model in ports.models.registered),
        State.DEPLOYED: Counter(_attempt_of(spec.tags) for spec in ports.deployments.created),
    }
    reached = {(state, attempt) for run in runs for state, attempt in _reached(ports, run) if state in made}
    for state, attempt in reached:
        if not made[state][attempt]:
            yield f"{attempt} became {state}, but nothing was made for it"
    for state, counts in made.items():
        yield from (f"{attempt} was made {state} {number} times" for attempt, number in counts.items() if number > 1)


def _reached(ports: MemoryPorts, run: Run) -> Iterator[tuple[State, Attempt]]:
    """The states that attempts reached. The state in which a further attempt begins was reached by an earlier one."""
    began: dict[int, State | None] = {1: None}
    for entry in ports.runs.timeline(run.run_id, run.project):
        if entry.state is not began.setdefault(entry.attempt, entry.state):
            yield entry.state, (run.run_id, entry.attempt)


def _endpoints(ports: MemoryPorts, runs: list[Run]) -> Iterator[str]:
    """Each endpoint has a live run, a lease, and only its champion, which gets all traffic."""
    live = {run.run_id for run in runs if run.state is State.LIVE}
    rows = {stored.value.project: stored.value for stored in ports.projects.all_serving()}
    yield from (f"{row.deploy_lock} still holds the deploy lock" for row in rows.values() if row.deploy_lock)
    yield from (f"{row.project} still waits for its endpoint to go" for row in rows.values() if row.phase == "deleting")
    for endpoint in ports.endpoints.tagged():
        project = endpoint.tags["project"]
        champion, lease = rows[project].champion, ports.projects.lease(project)
        left = [deployment.name for deployment in ports.deployments.of(endpoint.name)]
        if rows[project].champion_run not in live or lease is None or lease.endpoint != endpoint.name:
            yield f"{endpoint.name} is left without a live run or lease"
        elif left != [champion] or endpoint.traffic != {champion: 100}:
            yield f"{endpoint.name} has {left} and traffic {endpoint.traffic}; its champion is {champion}"
