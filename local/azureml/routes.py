"""The table of all routes: start here to find the handler of a request."""

from local.azureml.core.http import Route
from local.azureml.resources.asset import Asset
from local.azureml.resources.blob import Blob
from local.azureml.resources.control import Control
from local.azureml.resources.datastore import Datastore
from local.azureml.resources.deployment import Deployment
from local.azureml.resources.discovery import Discovery
from local.azureml.resources.endpoint import Endpoint
from local.azureml.resources.history import History
from local.azureml.resources.job import Job
from local.azureml.resources.mlflow import Mlflow
from local.azureml.resources.operation import Operation
from local.azureml.resources.registry import Registry
from local.azureml.resources.scoring import Scoring
from local.azureml.resources.workspace import Workspace
from local.azureml.services import Services

RESOURCES = (
    Discovery, Registry, Workspace, Datastore, Asset, Job, History, Mlflow, Endpoint, Deployment, Operation, Scoring,
    Blob, Control,
)  # fmt: skip


def routes(services: Services) -> list[Route]:
    """All routes, by resource."""
    return [route for resource in RESOURCES for route in resource(services).routes()]
