"""Copies in blobs of what only the tables know, so that ``rebuild`` can recreate them.

    runs/{run}/{seq}.json     the record, and what is told of it: kept with the outbox, before the next effect
    leases/{project}.json     why the project's endpoint may live
    ledger/{endpoint}.json    what an endpoint cost

What a table and a copy disagree about is as the table says; a copy may be one transition behind.
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
    """A run as it stood when it had changed ``run.seq`` times, and what was told of it then."""

    run: Run
    entries: list[TimelineEntry]


def save_run(run: Run, entries: list[TimelineEntry], ports: Ports) -> None:
    """A page for each number of changes: one that is written late overwrites nothing newer.

    Args:
        run: with an empty outbox; what was in it are the ``entries``.
    """
    _save(f"runs/{run.run_id}/{run.seq:06d}.json", RunSnapshot(run=run, entries=entries), ports)


def save_lease(lease: Lease, ports: Ports) -> None:
    """The newest lease of its project."""
    _save(f"leases/{lease.project}.json", lease, ports)


def save_bill(bill: LedgerEntry, ports: Ports) -> None:
    """What an endpoint cost."""
    _save(f"ledger/{bill.endpoint}.json", bill, ports)


def runs(ports: Ports) -> Iterator[tuple[str, list[str]]]:
    """(run id, paths of its pages in order) of every run that has a copy."""
    paths = (info.path for info in ports.blobs.within(RECORDS, "runs/"))
    for run_id, pages in groupby(paths, key=lambda path: path.split("/")[1]):
        yield run_id, list(pages)


def snapshot(path: str, ports: Ports) -> RunSnapshot:
    """What is written on a page of ``runs``."""
    return RunSnapshot.model_validate_json(ports.blobs.read(RECORDS, path) or b"")


def lease(project: str, ports: Ports) -> Lease | None:
    """The copy of a project's lease."""
    return _load(Lease, f"leases/{project}.json", ports)


def bills(ports: Ports) -> Iterator[str]:
    """Endpoints that a bill was kept of."""
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
