"""What the timers cost as runs pile up: reconcile on Azurite's tables with 10 active runs and ever more ended ones.

Reconcile looks only at runs that move, so its calls and its time stay the same. The sweep looks at every run there is,
and reads the history only once.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest import mock

from azure.core.pipeline.transport import RequestsTransport
from azure.data.tables import TableClient

from benchmarks.ratio import Ratio, costs, in_turn
from local.azurite import Azurite
from local.azurite.provision import LaptopCredential, provision
from local.tls import Certificates
from shared.core import resources
from shared.core.settings import Settings
from shared.core.states import State
from shared.gateways.entities import to_entity
from shared.models.run import Run, Upload
from shared.ports import Ports
from shared.sweeps.reconcile import reconcile
from shared.sweeps.sweep import sweep
from shared.wiring import joined
from tests.doubles import memory_ports

ACTIVE: Final = 10
ENDED: Final = (10, 1_000, 10_000)
_ROUNDS: Final = 15
_BATCH: Final = 100


def measure() -> list[Ratio]:
    """Reconcile with 1,000 and 10,000 ended runs against 10: equal calls, time within 10 %. The sweep: one reading."""
    with TemporaryDirectory() as folder, storages(Path(folder)) as few, storages(Path(folder)) as many:
        ratios = []
        for ports in (few, many):
            fill(ports, ACTIVE, State.SUBMITTED)
        fill(few, ENDED[0], State.RETIRED)
        filled = 0
        for ended in ENDED[1:]:
            fill(many, ended - filled, State.RETIRED, first=filled)
            filled = ended
            ratios += _reconciled(many, few, ended)
            ratios += [_swept(many, ended)] if ended == ENDED[1] else []
        return ratios


def _reconciled(many: Ports, few: Ports, ended: int) -> list[Ratio]:
    name, peer = f"reconcile, {ended:,} ended runs", f"{ENDED[0]} ended runs"
    pairs = in_turn(timed(reconcile, many), timed(reconcile, few), _ROUNDS)
    calls = [(float(counted(reconcile, many)), float(counted(reconcile, few)))]
    return [
        costs(name, peer, pairs, at_most=1.1),
        costs(f"{name}, calls", peer, calls, at_most=1.0, unit="calls"),
    ]


def _swept(many: Ports, ended: int) -> Ratio:
    pairs = in_turn(timed(sweep, many), timed(_read, many), rounds=5)
    return costs(f"sweep, {ended:,} ended runs", "reading the history once", pairs, at_most=2.0)


def _read(ports: Ports) -> int:
    return sum(1 for _ in ports.runs.all())


def timed(sweeps: Callable[[Ports], int], ports: Ports) -> Callable[[], float]:
    """Seconds of one sweep."""

    def once() -> float:
        began = time.perf_counter()
        sweeps(ports)
        return time.perf_counter() - began

    return once


def counted(sweeps: Callable[[Ports], int], ports: Ports) -> int:
    """Requests that one sweep sends."""
    sent = []
    send = RequestsTransport.send

    def counting(self: RequestsTransport, *args: Any, **named: Any) -> Any:
        sent.append(1)
        return send(self, *args, **named)

    with mock.patch.object(RequestsTransport, "send", counting):
        sweeps(ports)
    return len(sent)


@contextmanager
def storages(folder: Path) -> Iterator[Ports]:
    """Ports whose storage is an Azurite of its own, and whose Azure ML is in memory."""
    certificates = Certificates.at(folder / "certs")
    with (
        mock.patch.dict(os.environ, REQUESTS_CA_BUNDLE=str(certificates.ca)),
        TemporaryDirectory(dir=folder) as own,
        Azurite(Path(own), certificates, in_memory=True) as storage,
    ):
        provision(storage, certificates.ca)
        memory = memory_ports()
        uris = {"blob_uri": storage.blob_uri, "queue_uri": storage.queue_uri, "table_uri": storage.table_uri}
        azure = joined(Settings(**{**memory.settings.model_dump(), **uris}), LaptopCredential())
        yield replace(
            azure, jobs=memory.jobs, models=memory.models, endpoints=memory.endpoints, deployments=memory.deployments
        )


def fill(ports: Ports, count: int, state: State, first: int = 0) -> None:
    """So many runs in some state, as their rows; the active ones are due at all times."""
    runs = [_run(number, state, ports) for number in range(first, first + count)]
    with TableClient(ports.settings.table_uri, resources.RUNS_TABLE, credential=LaptopCredential()) as table:
        for start in range(0, count, _BATCH):
            batch = runs[start : start + _BATCH]
            table.submit_transaction([("upsert", to_entity(run.project, f"run:{run.run_id}", run)) for run in batch])
    for run in runs if state is State.SUBMITTED else []:
        ports.active.put(run.project, run.run_id, run.next_due)


def _run(number: int, state: State, ports: Ports) -> Run:
    now = ports.clock.now() - timedelta(days=1)
    run_id = f"bench-{number:010x}" if state is State.RETIRED else f"bench-a{number:09x}"
    upload = Upload(path=f"bench/{number}.jsonl", etag=f"0x{number:X}", size=1000)
    return Run(
        project="bench",
        run_id=run_id,
        upload=upload,
        state=state,
        deadline=now + timedelta(days=7),
        next_due=now,
        created=now,
        updated=now,
    )
