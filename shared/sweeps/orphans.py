"""Resources in Azure ML that bear our tags and have no owner: no live run, no serving row. They are removed.

No orphan should exist: a step writes a name down before it creates anything under it, and ``closing`` ends only when
all of it is gone. But a read of Azure ML may be stale, and a person may delete a row. An orphan is removed when a sweep
sees it again ``ORPHAN_GRACE`` after its first sighting, and its run, read once more, still does not own it.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Literal

from shared.core import naming, resources
from shared.core.durations import ORPHAN_GRACE
from shared.core.errors import TunedropError
from shared.core.naming import MANAGED_BY, OURS
from shared.core.states import ENDS
from shared.endpoints import serving
from shared.models.run import Run
from shared.ports import Ports

log = logging.getLogger(__name__)

SIGHTINGS: Final = "orphans.json"
"""Path within the records container: when each orphan was first seen."""


@dataclass(frozen=True)
class Resource:
    """One of our resources in Azure ML that costs money or takes a name."""

    kind: Literal["job", "model", "endpoint", "deployment"]
    name: str
    """A model's with its version, a deployment's with its endpoint."""
    tags: Mapping[str, str]
    remove: Callable[[], None]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Owners:
    """Who may own a resource: a run, or a serving row's endpoint."""

    runs: Mapping[str, Run]
    endpoints: frozenset[str]

    def own(self, resource: Resource) -> bool:
        """Whether the resource may stay. A deployment of an orphaned endpoint goes with that endpoint."""
        match resource.kind:
            case "endpoint":
                return resource.name in self.endpoints
            case "deployment" if resource.name.partition("/")[0] not in self.endpoints:
                return True
        run = self.runs.get(resource.tags.get("run", ""))
        return run is not None and _is_owned(resource, run)


def remove_orphans(runs: Mapping[str, Run], ports: Ports) -> int:
    """Remove what has been an orphan for longer than ``ORPHAN_GRACE``; how many.

    Args:
        runs: all there are, by id.
    """
    resources_found = list(_resources(ports))
    owners = _owners(runs, ports)
    orphans = {str(resource): resource for resource in resources_found if not owners.own(resource)}
    first_seen = _remember(orphans, ports)
    due = [orphan for name, orphan in orphans.items() if ports.clock.now() - first_seen[name] >= ORPHAN_GRACE]
    return sum(_is_removed(orphan, ports) for orphan in due)


def _is_owned(resource: Resource, run: Run) -> bool:
    if resource.kind == "model" and run.results.model is not None:
        made = run.results.model
        if resource.name == f"{made.name}:{made.version}":
            return True  # a model outlives its run: it is the run's result
    return run.state not in ENDS and resource.tags.get("attempt") == str(run.attempt)


def _resources(ports: Ports) -> Iterator[Resource]:
    """All that bear our tags. Ended jobs cost nothing, and what is being deleted needs no second deletion."""
    for job in ports.jobs.tagged():
        if job.status == "running":
            yield Resource("job", job.name, job.tags, partial(ports.jobs.cancel, job.name))
    for model in ports.models.tagged():
        remove = partial(ports.models.delete, model.name, model.version)
        yield Resource("model", f"{model.name}:{model.version}", model.tags, remove)
    for endpoint in ports.endpoints.tagged():
        if endpoint.provisioning != "deleting":
            yield Resource("endpoint", endpoint.name, endpoint.tags, partial(ports.endpoints.delete, endpoint.name))
            yield from _deployments(endpoint.name, ports)


def _deployments(endpoint: str, ports: Ports) -> Iterator[Resource]:
    for deployment in ports.deployments.of(endpoint):
        if deployment.provisioning != "deleting" and deployment.tags.get(MANAGED_BY) == OURS:
            remove = partial(ports.deployments.delete, endpoint, deployment.name)
            yield Resource("deployment", f"{endpoint}/{deployment.name}", deployment.tags, remove)


def _owners(runs: Mapping[str, Run], ports: Ports) -> Owners:
    rows = [stored.value for stored in ports.projects.all_serving()]
    names = frozenset(serving.endpoint_name(row, ports) for row in rows if serving.needs_endpoint(row))
    return Owners(runs, names)


def _remember(orphans: Mapping[str, Resource], ports: Ports) -> dict[str, datetime]:
    """When each orphan was first seen. Resources that are not orphans any more are forgotten."""
    before = json.loads(ports.blobs.read(resources.RECORDS, SIGHTINGS) or b"{}")
    now = ports.clock.now().isoformat()
    first_seen = {name: before.get(name, now) for name in orphans}
    if first_seen != before:
        ports.blobs.write(resources.RECORDS, SIGHTINGS, [json.dumps(first_seen).encode()], "application/json")
    return {name: datetime.fromisoformat(first) for name, first in first_seen.items()}


def _is_removed(orphan: Resource, ports: Ports) -> bool:
    """Trouble with one orphan leaves the others; the next sweep tries again."""
    try:
        if _has_owner_now(orphan, ports):
            return False
        log.warning("%s has our tags and belongs to no live run. It is removed.", orphan)
        orphan.remove()
    except TunedropError as error:
        log.warning("%s could not be removed this time: %s", orphan, error)
        return False
    return True


def _has_owner_now(orphan: Resource, ports: Ports) -> bool:
    """Whether the run that the tags name owns it meanwhile: the snapshot of the runs is older than the resource."""
    run_id = orphan.tags.get("run", "")
    stored = ports.runs.get(naming.project_of_run(run_id), run_id) if run_id else None
    return stored is not None and _is_owned(orphan, stored.value)
