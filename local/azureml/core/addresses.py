"""ARM ids, URLs, and the URIs by which Azure ML names assets and data."""

import re
import uuid
from dataclasses import dataclass
from typing import Final

PROVIDER: Final = "providers/Microsoft.MachineLearningServices"
REGISTRY: Final = "azureml"
REGISTRY_SUBSCRIPTION: Final = "00000000-0000-0000-0000-0000000a2e91"
REGISTRY_GROUP: Final = "azureml-registry"

_DATASTORE: Final = re.compile(r"azureml://(?:subscriptions/.+/workspaces/[^/]+/)?datastores/([^/]+)/paths/(.*)")
_JOB_OUTPUT: Final = re.compile(r"azureml:/{1,2}(?:.*/)?jobs/([^/]+)/outputs/([^/]+)/?")
_REGISTRY_ASSET: Final = re.compile(r"azureml:/{1,2}registries/([^/]+)/(\w+)/([^/]+)/(?:versions|labels)/([^/]+)")
_ASSET: Final = re.compile(r"(?:azureml:)?/{0,2}(?:.*/)?(models|data)/([^/]+)/versions/([^/]+)")


@dataclass(frozen=True)
class Addresses:
    """The ids and URLs of one workspace.

    Args:
        base: URL of the stand-in, without a slash at its end.
    """

    base: str
    subscription: str
    group: str
    workspace: str
    location: str

    @property
    def workspace_id(self) -> str:
        """ARM id of the workspace."""
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}/{PROVIDER}/workspaces/{self.workspace}"

    @property
    def workspace_guid(self) -> str:
        """The workspace's GUID, from which the ids of experiments and the names of containers are made."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, self.workspace_id))

    @property
    def host(self) -> str:
        """Host and port of the stand-in."""
        return self.base.removeprefix("https://")

    def resource(self, kind: str, name: str) -> str:
        """ARM id of a resource of the workspace."""
        return f"{self.workspace_id}/{kind}/{name}"

    def operation(self, kind: str, operation: str) -> str:
        """URL of a long-running operation's status (``mfeOperationsStatus``) or result (``mfeOperationResults``)."""
        location = f"/subscriptions/{self.subscription}/{PROVIDER}/locations/{self.location}"
        return f"{self.base}{location}/{kind}/{operation}?api-version=2022-02-01-preview"

    def data_path(self, store: str, path: str) -> str:
        """The long form of ``azureml://datastores/…``: with subscription, resource group and workspace."""
        return f"azureml:/{self.workspace_id.replace('/' + PROVIDER, '')}/datastores/{store}/paths/{path}"


def registry_asset_id(kind: str, name: str, version: str) -> str:
    """``azureml://registries/…``: id of an asset of the registry."""
    return f"azureml://registries/{REGISTRY}/{kind}/{name}/versions/{version}"


def datastore_path(uri: str) -> tuple[str, str] | None:
    """(datastore, path) of a data URI, short or long; None for other URIs."""
    match = _DATASTORE.fullmatch(uri)
    return (match[1], match[2]) if match else None


def job_output(uri: str) -> tuple[str, str] | None:
    """(job, output) of ``azureml://jobs/{job}/outputs/{output}``, short or long; None for other URIs."""
    match = _JOB_OUTPUT.fullmatch(uri)
    return (match[1], match[2]) if match else None


def registry_asset(uri: str) -> tuple[str, str, str] | None:
    """(kind, name, version) of an asset of the registry; None for other URIs."""
    match = _REGISTRY_ASSET.fullmatch(uri)
    return (match[2], match[3], match[4]) if match and match[1] == REGISTRY else None


def workspace_asset(uri: str) -> tuple[str, str, str] | None:
    """(kind, name, version) of a model or data asset of the workspace, by its ARM id; None for other URIs."""
    match = None if "registries/" in uri else _ASSET.fullmatch(uri)
    return (match[1], match[2], match[3]) if match else None
