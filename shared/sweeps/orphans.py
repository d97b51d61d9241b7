"""What bears our tags and belongs to nobody: no live run, no serving row. Removed when seen twice past a grace period.

Nothing of the kind should exist: steps name what they make before they make it, and ``closing`` ends only once
all of it is gone. But a read of Azure ML may be stale, and a person may delete a row. First what there is, then
whose it is: the record of anything that was found is older than the thing itself.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Literal

from shared.core import resources
from shared.core.errors import TunedropError
from shared.core.naming import MANAGED_BY, OURS
from shared.core.states import ENDS
from shared.endpoints import serving
from shared.models.run import Run
from shared.ports import Ports

log = logging.getLogger(__name__)

GRACE: Final = timedelta(hours=2)
"""How long after its first sighting an orphan is removed."""
SIGHTINGS: Final = "orphans.json"
"""Path within the records container: when each orphan was first seen."""


@dataclass(frozen=True)
class Resource:
    """Something of ours in Azure ML that costs money or takes a name."""

    kind: Literal["job", "model", "endpoint", "deployment"]
    name: str
    """A model's with its version, a deployment's with its endpoint."""
    tags: Mapping[str, str]
    remove: Callable[[], None]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Owners:
    """Who may own something: every run, and the endpoints that serving rows stand for."""

    runs: Mapping[str, Run]
    endpoints: frozenset[str]

    def own(self, resource: Resource) -> bool:
        """Whether it may stay; a deployment goes with its endpoint."""
        match resource.kind:
            case "endpoint":
                return resource.name in self.endpoints
            case "deployment" if resource.name.partition("/")[0] not in self.endpoints:
                return True
            case "model" if self._left_on_purpose(resource):
                return True
        run = self._run(resource)
        return run is not None and run.state not in ENDS and resource.tags.get("attempt") == str(run.attempt)

    def _left_on_purpose(self, model: Resource) -> bool:
        """A model outlives its run: it is what the run was for."""
        run = self._run(model)
        made = run.results.model if run else None
        return made is not None and model.name == f"{made.name}:{made.version}"

    def _run(self, resource: Resource) -> Run | None:
        return self.runs.get(resource.tags.get("run", ""))


def remove_orphans(ports: Ports) -> int:
    """Remove what has been an orphan for longer than ``GRACE``; how many that were."""
    found = list(_found(ports))
    owners = _owners(ports)
    orphans = {str(one): one for one in found if not owners.own(one)}
    first_seen = _remember(orphans, ports)
    due = [one for name, one in orphans.items() if ports.clock.now() - first_seen[name] >= GRACE]
    return sum(_is_removed(one) for one in due)


def _found(ports: Ports) -> Iterator[Resource]:
    """Ended jobs cost nothing, and what is being deleted is on its way."""
    for job in ports.jobs.ours():
        if job.status == "running":
            yield Resource("job", job.name, job.tags, partial(ports.jobs.cancel, job.name))
    for model in ports.models.ours():
        remove = partial(ports.models.delete, model.name, model.version)
        yield Resource("model", f"{model.name}:{model.version}", model.tags, remove)
    for endpoint in ports.endpoints.ours():
        if endpoint.provisioning != "deleting":
            yield Resource("endpoint", endpoint.name, endpoint.tags, partial(ports.endpoints.delete, endpoint.name))
            yield from _deployments(endpoint.name, ports)


def _deployments(endpoint: str, ports: Ports) -> Iterator[Resource]:
    for one in ports.deployments.of(endpoint):
        if one.provisioning != "deleting" and one.tags.get(MANAGED_BY) == OURS:
            remove = partial(ports.deployments.delete, endpoint, one.name)
            yield Resource("deployment", f"{endpoint}/{one.name}", one.tags, remove)


def _owners(ports: Ports) -> Owners:
    rows = [stored.value for stored in ports.projects.all_serving()]
    names = frozenset(serving.endpoint_name(row, ports) for row in rows if serving.stands_for_one(row))
    return Owners({run.run_id: run for run in ports.runs.all()}, names)


def _remember(orphans: Mapping[str, Resource], ports: Ports) -> dict[str, datetime]:
    """When each was first seen; one that is no orphan any more is forgotten."""
    before = json.loads(ports.blobs.read(resources.RECORDS, SIGHTINGS) or b"{}")
    now = ports.clock.now().isoformat()
    first_seen = {name: before.get(name, now) for name in orphans}
    if first_seen != before:
        ports.blobs.write(resources.RECORDS, SIGHTINGS, [json.dumps(first_seen).encode()], "application/json")
    return {name: datetime.fromisoformat(first) for name, first in first_seen.items()}


def _is_removed(orphan: Resource) -> bool:
    """Trouble with one leaves the others; it is tried again at the next sweep."""
    log.warning("%s bears our tags and belongs to no live run: it is removed.", orphan)
    try:
        orphan.remove()
    except TunedropError as error:
        log.warning("%s: not removed this time: %s", orphan, error)
        return False
    return True
