"""The only place that joins ports and gateways. Each is made once in a process, on first use."""

from functools import cache
from typing import TYPE_CHECKING

from shared.core.settings import Settings, settings
from shared.gateways.azureml.catalog import AzureMLCatalog
from shared.gateways.azureml.client import AzureML
from shared.gateways.azureml.deployments import AzureMLDeployments
from shared.gateways.azureml.endpoints import AzureMLEndpoints
from shared.gateways.azureml.jobs import AzureMLJobs
from shared.gateways.azureml.models import AzureMLModels
from shared.gateways.blobs import AzureBlobs
from shared.gateways.clock import SystemClock
from shared.gateways.credential import credential
from shared.gateways.notices import EventGridNotices
from shared.gateways.queue import AzureAdvanceQueue
from shared.gateways.scorer import AsyncScorer, AzureMLScorer
from shared.gateways.tables import TableActive, TableLedger, TableProjects, TableRuns
from shared.ports import Ports

if TYPE_CHECKING:
    from shared.gateways.credential import TokenCredential


@cache
def ports() -> Ports:
    """The engine's collaborators, on Azure or on the laptop, as the settings say.

    Raises:
        SettingsError: app settings are missing or wrong.
    """
    return joined(settings(), credential())


def joined(app: Settings, identity: "TokenCredential") -> Ports:
    """The gateways of an app with these settings."""
    azureml = AzureML(app, identity)
    return Ports(
        settings=app,
        clock=SystemClock(),
        blobs=AzureBlobs(app, identity),
        runs=TableRuns(app, identity),
        active=TableActive(app, identity),
        projects=TableProjects(app, identity),
        ledger=TableLedger(app, identity),
        queue=AzureAdvanceQueue(app, identity),
        catalog=AzureMLCatalog(azureml),
        jobs=AzureMLJobs(azureml),
        models=AzureMLModels(azureml),
        endpoints=AzureMLEndpoints(azureml),
        deployments=AzureMLDeployments(azureml),
        scorer=AzureMLScorer(app, identity),
        notices=EventGridNotices(app, identity),
    )


@cache
def scorer() -> AsyncScorer:
    """How the API asks a deployment."""
    return AsyncScorer(settings(), credential())
