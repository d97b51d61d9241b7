"""Copies in blobs of what only the tables know. ``sweeps/rebuild.py`` restores lost rows from them.

    runs/{run}/{seq}.json     the record and its timeline entries: written from the outbox, before the next effect
    leases/{project}.json     why the project's endpoint may live
    ledger/{endpoint}.json    what an endpoint cost

Where a table and its copy disagree, the table is right. A copy may be one transition behind.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Final, TypeVar

from shared.core.resources import RECORDS
from shared.models.base import Model
from shared.models.project import Lease, LedgerEntry
from shared.models.run import Run, TimelineEntry
from shared.ports import Ports

M = TypeVar("M", bound=Model)

_JSON: Final = "application/json"


class RunSnapshot(Model):
    """A run after ``run.seq`` changes, and the timeline entries of the last of them."""

    run: Run
    entries: list[TimelineEntry]


def save_run(run: Run, entries: list[TimelineEntry], ports: Ports) -> None:
    """Write the run's snapshot. Each number of changes has its own, so a late write overwrites nothing newer.

    Args:
        run: with an empty outbox, whose content is in ``entries``.
    """
    _save(f"runs/{run.run_id}/{run.seq:06d}.json", RunSnapshot(run=run, entries=entries), ports)


def save_lease(lease: Lease, ports: Ports) -> None:
    """Write the newest lease of its project."""
    _save(f"leases/{lease.project}.json", lease, ports)


def save_bill(bill: LedgerEntry, ports: Ports) -> None:
    """Write what an endpoint cost."""
    _save(f"ledger/{bill.endpoint}.json", bill, ports)


def runs(ports: Ports) -> Iterator[tuple[str, list[str]]]:
    """(run id, paths of its snapshots, oldest first) of every run that has a backup."""
    paths = (info.path for info in ports.blobs.within(RECORDS, "runs/"))
    for run_id, snapshots in groupby(paths, key=lambda path: path.split("/")[1]):
        yield run_id, list(snapshots)


def snapshot(path: str, ports: Ports) -> RunSnapshot:
    """The snapshot at one of the paths that ``runs`` gives."""
    return RunSnapshot.model_validate_json(ports.blobs.read(RECORDS, path) or b"")


def lease(project: str, ports: Ports) -> Lease | None:
    """The copy of a project's lease."""
    return _load(Lease, f"leases/{project}.json", ports)


def bills(ports: Ports) -> Iterator[str]:
    """Names of the endpoints whose bills have a copy."""
    for info in ports.blobs.within(RECORDS, "ledger/"):
        yield info.path.removeprefix("ledger/").removesuffix(".json")


def bill(endpoint: str, ports: Ports) -> LedgerEntry | None:
    """The copy of an endpoint's bill."""
    return _load(LedgerEntry, f"ledger/{endpoint}.json", ports)


def _save(path: str, value: Model, ports: Ports) -> None:
    ports.blobs.write(RECORDS, path, [value.model_dump_json().encode()], _JSON)


def _load(kind: type[M], path: str, ports: Ports) -> M | None:
    content = ports.blobs.read(RECORDS, path)
    return kind.model_validate_json(content) if content else None
