"""Versioned models and data assets of the workspace: their registrations, not their files."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from local.azureml.core.addresses import Addresses, datastore_path, job_output, workspace_asset
from local.azureml.core.errors import immutable, invalid, not_found
from local.azureml.core.store import Document, Store
from local.azureml.storage.datastores import BLOB_STORE, Datastores

KINDS: Final = ("models", "data")
_URIS: Final = {"models": "modelUri", "data": "dataUri"}


@dataclass(frozen=True)
class Assets:
    """All assets, stored under ``{name}/{version}``."""

    store: Store
    addresses: Addresses
    datastores: Datastores

    def put(self, kind: str, name: str, version: str, properties: Document) -> tuple[Document, bool]:
        """Register a version, or change its tags and description.

        Returns:
            The version, and whether it is new.

        Raises:
            ApiError: 400, the version exists with another path; 404, the path names a job's output that does not exist.
        """
        properties = dict(properties)
        key = _URIS.get(kind)
        if key and properties.get(key):
            properties |= self._origin(str(properties[key]), key)
        before = self.store.get(kind, f"{name}/{version}")
        if before is not None and key and before["properties"].get(key) != properties.get(key):
            raise immutable("Asset paths cannot be updated.", "AssetPathImmutable")
        asset = {"created": time.time()} | (before or {}) | {"properties": _complete(kind, properties)}
        self.store.put(kind, f"{name}/{version}", asset)
        return asset, before is None

    def get(self, kind: str, name: str, version: str) -> Document:
        """A version.

        Raises:
            ApiError: 404, it does not exist.
        """
        asset = self.store.get(kind, f"{name}/{version}")
        if asset is None:
            raise not_found(f"{kind}/{name}/versions/{version}")
        return asset

    def delete(self, kind: str, name: str, version: str) -> bool:
        """Delete a version; return whether it existed."""
        existed = self.store.get(kind, f"{name}/{version}") is not None
        self.store.delete(kind, f"{name}/{version}")
        return existed

    def versions(self, kind: str, name: str) -> list[tuple[str, Document]]:
        """Versions and documents of an asset, the newest first."""
        versions = [(key.partition("/")[2], asset) for key, asset in self.store.all(kind, f"{name}/")]
        return sorted(versions, key=lambda pair: float(pair[1]["created"]), reverse=True)

    def names(self, kind: str) -> list[str]:
        """Names of all assets of a kind."""
        return sorted({key.partition("/")[0] for key in self.store.names(kind)})

    async def local(self, uri: str, scratch: Path) -> Path:
        """The local file or folder that a datastore path, an asset's id or a job's output names.

        Args:
            scratch: folder for files that must be downloaded.

        Raises:
            ApiError: 400, the URI is not one of these; 404, there is no such file or folder.
        """
        asset = workspace_asset(uri)
        if asset is not None and asset[0] in _URIS:
            kind, name, version = asset
            uri = str(self.get(kind, name, version)["properties"][_URIS[kind]])
        return await self.datastores.local(self._resolved(uri), scratch)

    def _origin(self, uri: str, key: str) -> dict[str, Any]:
        """The permanent path of the files, and the job that they come from."""
        output = job_output(uri)
        return {key: self._resolved(uri)} | ({"jobName": output[0]} if output and key == "modelUri" else {})

    def _resolved(self, uri: str) -> str:
        """The long form of a datastore path or of a job's output."""
        output, path = job_output(uri), datastore_path(uri)
        if output is not None:
            path = (BLOB_STORE, f"azureml/{output[0]}/{output[1]}/")
            if not self.datastores.path(*path).exists():
                raise not_found(f"Output '{output[1]}' of job '{output[0]}'")
        if path is None:
            raise invalid(f"'{uri}' must be a path in a datastore, the id of an asset or the URI of a job's output.")
        return self.addresses.data_path(*path)


def _complete(kind: str, properties: Document) -> Document:
    """The properties with those that the SDK expects in every response."""
    defaults: Document = {"isArchived": False, "isAnonymous": False, "tags": {}, "properties": {}, "description": None}
    of_models: Document = {"provisioningState": "Succeeded", "flavors": {}, "jobName": None} if kind == "models" else {}
    return defaults | of_models | {key: value for key, value in properties.items() if value is not None}
