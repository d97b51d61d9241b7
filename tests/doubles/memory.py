"""All doubles joined, as ``wiring`` joins the gateways."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from shared.core.settings import Settings
from shared.ports import Ports
from tests.doubles.clock import FakeClock
from tests.doubles.hosting import Hosting, MemoryDeployments, MemoryEndpoints, MemoryScorer
from tests.doubles.notices import MemoryNotices
from tests.doubles.storage import MemoryBlobs, MemoryQueue
from tests.doubles.tables import MemoryActive, MemoryLedger, MemoryProjects, MemoryRuns
from tests.doubles.training import MemoryCatalog, MemoryJobs, MemoryModels

SETTINGS: Final[dict[str, Any]] = {
    "blob_uri": "https://tunedropmemory.blob.core.windows.net",
    "queue_uri": "https://tunedropmemory.queue.core.windows.net",
    "table_uri": "https://tunedropmemory.table.core.windows.net",
    "storage_id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/tunedropmemory",
    "subscription_id": "00000000-0000-0000-0000-000000000000",
    "resource_group": "memory",
    "workspace": "memory",
}


@dataclass(frozen=True)
class MemoryPorts(Ports):
    """``Ports`` with the types of the doubles, so that tests see what the doubles have beside the protocols."""

    clock: FakeClock
    blobs: MemoryBlobs
    runs: MemoryRuns
    active: MemoryActive
    projects: MemoryProjects
    ledger: MemoryLedger
    queue: MemoryQueue
    catalog: MemoryCatalog
    jobs: MemoryJobs
    models: MemoryModels
    endpoints: MemoryEndpoints
    deployments: MemoryDeployments
    scorer: MemoryScorer
    notices: MemoryNotices


def memory_ports(clock: FakeClock | None = None, **settings: Any) -> MemoryPorts:
    """New doubles of all ports. ``settings`` override ``SETTINGS``."""
    clock = clock or FakeClock()
    hosting = Hosting(clock)
    return MemoryPorts(
        settings=_settings(**settings),
        clock=clock,
        blobs=MemoryBlobs(clock),
        runs=MemoryRuns(),
        active=MemoryActive(),
        projects=MemoryProjects(),
        ledger=MemoryLedger(),
        queue=MemoryQueue(),
        catalog=MemoryCatalog(),
        jobs=MemoryJobs(clock),
        models=MemoryModels(clock),
        endpoints=MemoryEndpoints(hosting),
        deployments=MemoryDeployments(hosting),
        scorer=MemoryScorer(hosting),
        notices=MemoryNotices(),
    )


@cache
def _settings(**settings: Any) -> Settings:
    """Cached: making the settings takes longer than making all doubles."""
    return Settings(**{**SETTINGS, **settings})
