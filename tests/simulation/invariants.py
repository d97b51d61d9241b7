"""What must hold: some of it after every call of the app, the rest once the world has come to rest.

always      (attempt, state) only rises · no end while a job or deployment of the run is left · one run of a
            project between deploying and promoted · one attempt of a run alive, written down before its first
            effect; at most one that nobody asked for · nothing is started for a run that has ended or waits for
            an approval, or beyond the caps; slots for jobs go round in order · no deployment crowned
            that still comes up or has failed · traffic only to what was crowned, models only from what has completed
            · no run waits on past its deadline · no endpoint given up while it is there · no notice of a transition
            that lost · no prepared file written twice
at rest     every upload has its run, and one only, which has read that version · the newest version is never
            superseded, nor replaced by an older one · no run is under way, or has ended badly without a cause ·
            one job, model version and deployment for each attempt that came to it · one notice and timeline
            entry for each transition · nothing that costs money is left but a champion under its lease, and
            what a lease has cost is written down
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
from tests.doubles.memory import MemoryPorts

HAS_SLOT: Final = frozenset({State.DEPLOYING, State.DEPLOYED, State.EVALUATED})
NEED_A_CAUSE: Final = frozenset({State.FAILED, State.CANCELLED, State.REJECTED})
_PUT_OFF: Final = ("next_due", "not_before", "claim", "updated", "results")
"""Fields that a step changes which waits."""
Version = tuple[str, str]
"""(path, ETag) of an upload"""
Attempt = tuple[str, int]
"""(run, number)"""


@dataclass
class History:
    """What was done to the world from outside."""

    uploaded: dict[Version, str] = field(default_factory=dict)
    """SHA-256 of each version, oldest first."""
    told: set[Version] = field(default_factory=set)
    """Those that the app was told of."""
    causes: set[tuple[str, State]] = field(default_factory=set)
    """(path, end): what has been done to uploads, so that their runs may come to that end."""

    def newer(self, version: Version) -> set[Version]:
        """Versions of the same upload that were written later."""
        versions = [one for one in self.uploaded if one[0] == version[0]]
        return set(versions[versions.index(version) + 1 :])


class Watch:
    """Looks at the world after every call of the app; ``found`` is what must never have been."""

    def __init__(self, ports: MemoryPorts) -> None:
        self.found: list[str] = []
        self._ports = ports
        self._runs: dict[str, Run] = {}
        self._crowned: set[str | None] = {None}
        self._told: dict[str, Notice] = {}
        self._entries: dict[tuple[str, int], TimelineEntry] = {}
        self._files: set[str] = set()
        self._leased: set[str] = set()
        self._admitted: set[str] = set()
        self._in_line: dict[int, list[str]] = {}
        """Runs that waited for a job when a worker looked, by the worker's thread."""
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

    def after(self, name: str, args: tuple[Any, ...], answer: Any) -> None:
        """To be told of every call, once its effect is there."""
        check = self._checks.get(name)
        if check is not None and answer is not False:
            self.found += check(*args)

    def unaccounted(self) -> list[str]:
        """Endpoints that had a lease, are gone, and not in the ledger; to be asked at rest."""
        left = {endpoint.name for endpoint in self._ports.endpoints.ours()}
        accounts = {entry.endpoint for entry in self._ports.ledger.entries()}
        return [f"{name} was never accounted for" for name in sorted(self._leased - left - accounts)]

    def _run_written(self, run: Run, etag: str = "") -> Iterator[str]:
        before = self._runs.get(run.run_id)
        self._runs[run.run_id] = run
        if before is not None and not _rises(before, run):
            yield f"{run.run_id} fell from {before.attempt} {before.state} to {run.attempt} {run.state}"
        if sum(decision.by == OURS for decision in run.decisions) > 1:
            yield f"{run.run_id} was tried once more by itself, again"
        if run.state in ENDS and (left := _alive(self._ports, run.run_id)):
            yield f"{run.run_id} is {run.state} while {', '.join(left)} is left"
        if before is not None and _waits_on(before, run, self._ports.clock.now()):
            yield f"{run.run_id} waits on as {run.state}, though its time was over at {run.deadline}"
        if run.state in HAS_SLOT and len(holders := self._holders(run.project)) > 1:
            yield f"{' and '.join(holders)} both change the endpoint"

    def _holders(self, project: str) -> list[str]:
        """Runs that may change the project's endpoint now."""
        runs = self._runs.values()
        return sorted(one.run_id for one in runs if one.project == project and one.state in HAS_SLOT)

    def _entry_written(self, run: Run, entry: TimelineEntry) -> Iterator[str]:
        first = self._entries.setdefault((run.run_id, entry.seq), entry)
        if first.state is not entry.state:
            yield f"{run.run_id} entered both {first.state} and {entry.state} as its transition {entry.seq}"

    def _serving_written(self, serving: Serving, etag: str) -> Iterator[str]:
        name = endpoint_name(serving, self._ports)
        if serving.champion not in self._crowned and not _was_up(self._ports, name, serving.champion):
            yield f"{serving.champion} was crowned, and was never up"
        self._crowned.add(serving.champion)
        for endpoint in self._ports.endpoints.ours():
            if endpoint.tags["project"] == serving.project and endpoint.name != name:
                yield f"{endpoint.name} was given up while it was {endpoint.provisioning}"

    def _waiting_read(self, queue: Queue, project: str | None = None) -> Iterator[str]:
        if queue == "job":
            self._in_line[threading.get_ident()] = self._waiting_for_a_job()
        yield from ()

    def _waiting_for_a_job(self) -> list[str]:
        """By the records: a run that waits and has lost its row in the index still waits."""
        return [run.run_id for run in self._runs.values() if run.queue == "job" and run.intent is Intent.PROCEED]

    def _slots_given(self, capacity: Capacity, etag: str) -> Iterator[str]:
        """A worker goes by the line as it has seen it; a run that has left the line meanwhile is not overtaken."""
        still = set(self._waiting_for_a_job()) - set(capacity.job)
        line = [self._runs[run_id] for run_id in self._in_line.get(threading.get_ident(), []) if run_id in still]
        for run in [self._runs[run_id] for run_id in capacity.job if run_id not in self._admitted]:
            yield from (
                f"{run.run_id} was let in before {first.run_id}" for first in line if first.created < run.created
            )
        self._admitted = set(capacity.job)

    def _lease_written(self, lease: Lease) -> Iterator[str]:
        self._leased.add(lease.endpoint)
        yield from ()

    def _job_submitted(self, job: TrainingJob) -> Iterator[str]:
        yield from self._started(job.name, job.tags)
        running = [one.name for one in self._ports.jobs.ours() if one.status == "running"]
        if len(running) > self._ports.settings.most_jobs:
            yield f"{len(running)} jobs run at once"

    def _model_registered(self, model: RegisteredModel) -> Iterator[str]:
        job = self._ports.jobs.get(model.path.split("/")[3])
        if job is None or job.status != "completed":
            yield f"{model.name}:{model.version} was registered from a job that had not completed"

    def _endpoint_created(self, name: str, tags: dict[str, str]) -> Iterator[str]:
        up = list(self._ports.endpoints.ours())
        if len(up) > self._ports.settings.most_endpoints:
            yield f"{len(up)} endpoints are up at once"

    def _deployment_created(self, spec: DeploymentSpec) -> Iterator[str]:
        yield from self._started(spec.name, spec.tags)

    def _started(self, name: str, tags: dict[str, str]) -> Iterator[str]:
        run_id, attempt = _attempt_of(tags)
        record = self._runs[run_id]
        if attempt > record.attempt:
            yield f"{name} was started before attempt {attempt} was written down"
        if record.hold_reason or record.state in ENDS:
            yield f"{name} was started while its run was {'held' if record.hold_reason else record.state}"
        if len(left := [one for one in _alive(self._ports, run_id) if one != name]):
            yield f"{name} was started while {', '.join(left)} is left"

    def _traffic_set(self, endpoint: str, traffic: dict[str, int]) -> Iterator[str]:
        for deployment in set(traffic) - self._crowned:
            yield f"{endpoint} was to send traffic to {deployment}, which was never crowned"

    def _notices_published(self, run: Run, notices: list[Notice]) -> Iterator[str]:
        for notice in notices:
            first = self._told.setdefault(notice.id, notice)
            if first != notice:
                yield f"notice {notice.id} told of {first.state}, then of {notice.state}"
            if int(notice.id.rpartition(":")[2]) > self._runs[run.run_id].seq:
                yield f"notice {notice.id} told of {notice.state} before it was"

    def _blob_written(self, container: str, path: str, *args: Any) -> Iterator[str]:
        if container == PREPARED and path in self._files:
            yield f"{path} was written twice"
        if container == PREPARED:
            self._files.add(path)


def _attempt_of(tags: dict[str, str]) -> Attempt:
    """Whose a job, model or deployment is, by its tags."""
    return tags["run"], int(tags["attempt"])


def _alive(ports: MemoryPorts, run_id: str) -> list[str]:
    """Running jobs and existing deployments of a run."""
    jobs = [job.name for job in ports.jobs.submitted if job.tags["run"] == run_id]
    running = [name for name in jobs if (found := ports.jobs.get(name)) and found.status == "running"]
    specs = [spec for spec in ports.deployments.created if spec.tags["run"] == run_id]
    return running + [spec.name for spec in specs if ports.deployments.get(spec.endpoint, spec.name)]


def _was_up(ports: MemoryPorts, endpoint: str, deployment: str | None) -> bool:
    """Whether it is up, or on its way out, or gone: its run may just have been cancelled."""
    found = ports.deployments.get(endpoint, deployment or "")
    if found is None:
        return any(spec.name == deployment for spec in ports.deployments.created)
    return found.provisioning in ("succeeded", "deleting")


def _waits_on(before: Run, after: Run, now: datetime) -> bool:
    """Whether a write only puts off what was due because of the run's deadline."""
    longer = WAITING_EXTENSION if before.hold_reason or before.queue else timedelta()
    if before.state in ENDS or now <= before.deadline + longer:
        return False
    put_off = dict.fromkeys(_PUT_OFF)
    return before.model_copy(update=put_off) == after.model_copy(update=put_off)


def _rises(before: Run, after: Run) -> bool:
    if after.attempt != before.attempt:
        return after.attempt == before.attempt + 1
    return after.state is before.state or may_follow(before.state, after.state)


def at_rest(ports: MemoryPorts, history: History) -> Iterator[str]:
    """What is wrong with a world that nothing moves any more."""
    runs = list(ports.runs.all())
    for run in runs:
        checks = (_of_run(ports, run, history), _read(run, history), _transitions(ports, run))
        yield from (f"{run.run_id}: {wrong}" for check in checks for wrong in check)
    yield from _uploads(ports, runs, history)
    yield from _attempts(ports, runs)
    yield from (f"job {job.name} runs on" for job in ports.jobs.ours() if job.status == "running")
    yield from _endpoints(ports, runs)


def _of_run(ports: MemoryPorts, run: Run, history: History) -> Iterator[str]:
    if run.state not in ENDS | {State.LIVE}:
        yield f"it is still {run.state}, due {run.next_due}, until {run.deadline}"
    if run.state in NEED_A_CAUSE and (run.upload.path, run.state) not in history.causes:
        yield f"it is {run.state} without a cause: {run.results.error}"
    if run.outbox or run.unsent:
        yield "not all of it has been told"
    if ((run.project, run.run_id) in ports.active.rows) is (run.state in ENDS):
        yield f"the index has it wrong: it is {run.state}"


def _read(run: Run, history: History) -> Iterator[str]:
    version = (run.upload.path, run.upload.etag)
    if version not in history.uploaded:
        yield f"there never was a version {run.upload.etag} of {run.upload.path}"
        return
    if run.upload.sha256 not in (None, history.uploaded[version]):
        yield "it has read another version than its own"
    if run.state is State.SUPERSEDED and not history.newer(version):
        yield "it is superseded, but the newest"


def _transitions(ports: MemoryPorts, run: Run) -> Iterator[str]:
    timeline = ports.runs.timeline(run.run_id, run.project)
    if [entry.seq for entry in timeline] != list(range(1, run.seq + 1)):
        yield f"its timeline has {[entry.seq for entry in timeline]}, not {run.seq} entries"
    if timeline and timeline[-1].state is not run.state:
        yield f"its timeline ends with {timeline[-1].state}, its record is {run.state}"
    told = {notice.id for notice in ports.notices.published if notice.id.startswith(f"{run.run_id}:")}
    if told != {f"{run.run_id}:{seq}" for seq in range(1, run.seq + 1)}:
        yield f"of {run.seq} transitions, {len(told)} were told"


def _uploads(ports: MemoryPorts, runs: list[Run], history: History) -> Iterator[str]:
    lie_there = {(one.path, one.etag) for one in ports.blobs.within(UPLOADS) if one.size and is_data_file(one.path)}
    versions = Counter((run.upload.path, run.upload.etag) for run in runs)
    yield from (f"{path} of {etag} has no run" for path, etag in (history.told | lie_there) - versions.keys())
    yield from (f"{path} of {etag} has {number} runs" for (path, etag), number in versions.items() if number > 1)
    went_live = {(run.upload.path, run.upload.etag) for run in runs if State.LIVE in _states(ports, run)}
    for run in runs:
        version = (run.upload.path, run.upload.etag)
        if run.state is State.LIVE and version in history.uploaded and history.newer(version) & went_live:
            yield f"{run.run_id} serves, though a newer version was promoted"


def _states(ports: MemoryPorts, run: Run) -> Iterable[State]:
    return [entry.state for entry in ports.runs.timeline(run.run_id, run.project)]


def _attempts(ports: MemoryPorts, runs: list[Run]) -> Iterator[str]:
    """One job, model version and deployment for each attempt that came to it; at most one for any."""
    made = {
        State.SUBMITTED: Counter(_attempt_of(job.tags) for job in ports.jobs.submitted),
        State.REGISTERED: Counter(_attempt_of(model.tags) for model in ports.models.registered),
        State.DEPLOYED: Counter(_attempt_of(spec.tags) for spec in ports.deployments.created),
    }
    for state, attempt in {reached for run in runs for reached in _reached(ports, run) if reached[0] in made}:
        if not made[state][attempt]:
            yield f"{attempt} was {state} without what makes it so"
    for state, counts in made.items():
        yield from (f"{attempt} was made {state} {number} times" for attempt, number in counts.items() if number > 1)


def _reached(ports: MemoryPorts, run: Run) -> Iterator[tuple[State, Attempt]]:
    """The states that attempts came to; what a further attempt begins with was made by an earlier one."""
    began: dict[int, State | None] = {1: None}
    for entry in ports.runs.timeline(run.run_id, run.project):
        if entry.state is not began.setdefault(entry.attempt, entry.state):
            yield entry.state, (run.run_id, entry.attempt)


def _endpoints(ports: MemoryPorts, runs: list[Run]) -> Iterator[str]:
    """None without a live run and a lease, with its champion alone in it, to which all traffic goes."""
    live = {run.run_id for run in runs if run.state is State.LIVE}
    rows = {stored.value.project: stored.value for stored in ports.projects.all_serving()}
    yield from (f"{row.deploy_lock} still holds the deploy lock" for row in rows.values() if row.deploy_lock)
    yield from (f"{row.project} still waits for its endpoint to go" for row in rows.values() if row.phase == "deleting")
    for endpoint in ports.endpoints.ours():
        project = endpoint.tags["project"]
        champion, lease = rows[project].champion, ports.projects.lease(project)
        left = [one.name for one in ports.deployments.of(endpoint.name)]
        if rows[project].champion_run not in live or lease is None or lease.endpoint != endpoint.name:
            yield f"{endpoint.name} is left without a live run or lease"
        elif left != [champion] or endpoint.traffic != {champion: 100}:
            yield f"{endpoint.name} has {left} and traffic {endpoint.traffic}; its champion is {champion}"
