"""Restore what the tables have lost, from Azure ML and from the copies in blobs (``runs/backup.py``).

Only missing rows are written, so it may run at any time, beside the app and any number of times. A run goes on from its
snapshot: the next advance finds under the same names what the run has made already, and adopts it.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.core import naming
from shared.core.states import State
from shared.endpoints import capacity
from shared.models.hosting import Endpoint
from shared.models.project import Serving, Usage
from shared.models.run import Run
from shared.ports import Ports
from shared.runs import backup
from shared.runs.store import RunsById
from shared.sweeps.leftovers import index_again
from shared.uploads.versions import give_way

log = logging.getLogger(__name__)

_HOLDS_DEPLOY_LOCK: Final = frozenset({State.DEPLOYING, State.DEPLOYED, State.EVALUATED})


@dataclass(frozen=True)
class Rebuilt:
    """How many rows of each kind were missing."""

    runs: int
    projects: int
    bills: int

    @property
    def total(self) -> int:
        """Of all kinds."""
        return self.runs + self.projects + self.bills


def rebuild(runs: RunsById, ports: Ports) -> Rebuilt:
    """Write the missing rows: runs with their timelines, serving, leases, the ledger.

    Args:
        runs: all there are, by id; the restored ones are added.
    """
    lost = [paths for run_id, paths in backup.runs(ports) if run_id not in runs and not _exists(run_id, ports)]
    restored = [_restore_run(paths, ports) for paths in lost]
    runs |= {run.run_id: run for run in restored}
    projects = _restore_projects(list(runs.values()), ports)
    index_again(runs, ports)  # only now: nobody may advance a run whose serving row is still missing
    for run in restored:
        give_way(run.project, run.upload.path, ports)
    capacity.recount(runs.values(), ports)
    return Rebuilt(len(restored), projects, _restore_bills(ports))


def _exists(run_id: str, ports: Ports) -> bool:
    """Whether a run that is not among those that were read was created since."""
    return ports.runs.get(naming.project_of_run(run_id), run_id) is not None


def _restore_run(paths: list[str], ports: Ports) -> Run:
    """Timeline first, then record: a run that was restored half is restored again."""
    snapshots = [backup.snapshot(path, ports) for path in paths]
    run = snapshots[-1].run
    log.warning("The record of %s was lost. The run goes on as %s.", run.run_id, run.state)
    for entry in (entry for snapshot in snapshots for entry in snapshot.entries):
        ports.runs.append(run, entry)
    ports.runs.create(run)
    return run


def _restore_projects(runs: Sequence[Run], ports: Ports) -> int:
    """Write the missing serving row of each project that ever had an endpoint; how many."""
    known = {stored.value.project for stored in ports.projects.all_serving()}
    hosted = {endpoint.name: endpoint for endpoint in ports.endpoints.tagged()}
    named = {run.results.endpoint: run.project for run in runs if run.results.endpoint}
    named |= {name: endpoint.tags.get("project", "") for name, endpoint in hosted.items()}
    lost = sorted({project for project in named.values() if naming.is_project(project)} - known)
    for project in lost:
        generation = max(_generation(name) for name, owner in named.items() if owner == project)
        name = naming.endpoint_name(project, ports.settings.workspace_id, generation)
        deployments = _deployments(name, [run for run in runs if run.project == project], ports)
        row = _serving(project, generation, hosted.get(name), deployments, _holder(name, runs))
        _restore_lease(row, name, ports)
        ports.projects.create_serving(row)
    return len(lost)


def _generation(endpoint: str) -> int:
    number = endpoint.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0


def _deployments(endpoint: str, runs: Sequence[Run], ports: Ports) -> dict[str, str]:
    """Each deployment's run, by the deployment's tags; without those of runs that are being closed."""
    closing = {run.run_id for run in runs if run.state is State.CLOSING}
    tagged = {deployment.name: deployment.tags.get("run", "") for deployment in ports.deployments.of(endpoint)}
    return {name: run_id for name, run_id in tagged.items() if run_id and run_id not in closing}


def _holder(endpoint: str, runs: Sequence[Run]) -> str | None:
    """The run that is deploying to the endpoint."""
    deploying = (run for run in runs if run.state in _HOLDS_DEPLOY_LOCK and run.results.endpoint == endpoint)
    return next((run.run_id for run in deploying), None)


def _serving(
    project: str, generation: int, endpoint: Endpoint | None, deployments: Mapping[str, str], holder: str | None
) -> Serving:
    """The row as the endpoint shows it, with the run that is deploying to it.

    The name of an endpoint that is gone is never free again: the next generation begins.
    """
    if endpoint is None:
        next_one = generation if holder else generation + 1
        return Serving(project=project, generation=next_one, deploy_lock=holder)
    champion = next((name for name, share in endpoint.traffic.items() if share and name in deployments), None)
    is_wanted = endpoint.provisioning != "deleting" and (champion or holder)
    return Serving(
        project=project,
        generation=generation,
        phase="up" if is_wanted else "deleting",
        deploy_lock=holder if is_wanted else None,
        champion=champion,
        champion_run=deployments[champion] if champion else None,
        scoring_uri=endpoint.scoring_uri,
    )


def _restore_lease(row: Serving, endpoint: str, ports: Ports) -> None:
    """When the endpoint was last used is lost, so its idle time begins anew."""
    lease = backup.lease(row.project, ports) if row.champion else None
    if lease is not None and lease.endpoint == endpoint and ports.projects.lease(row.project) is None:
        ports.projects.put_usage(Usage(project=row.project, instance="rebuild", last_used=ports.clock.now()))
        ports.projects.put_lease(lease)


def _restore_bills(ports: Ports) -> int:
    known = {entry.endpoint for entry in ports.ledger.entries()}
    lost = [endpoint for endpoint in backup.bills(ports) if endpoint not in known]
    for endpoint in lost:
        if bill := backup.bill(endpoint, ports):
            ports.ledger.put(bill)
    return len(lost)
