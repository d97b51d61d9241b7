"""Handlers of the workspace's models and data assets."""

from typing import Any

from aiohttp import web

from local.azureml.core.dates import system_data
from local.azureml.core.errors import not_found
from local.azureml.core.http import WS, Route, json_body, json_response
from local.azureml.core.store import Document
from local.azureml.services import Services
from local.azureml.storage.assets import KINDS

_KIND = f"{{kind:{'|'.join(KINDS)}}}"


class Asset:
    def __init__(self, services: Services) -> None:
        self._assets = services.assets
        self._addresses = services.addresses

    def routes(self) -> list[Route]:
        versions = f"{WS}/{_KIND}/{{name}}/versions"
        return [
            Route("GET", f"{WS}/{_KIND}", self.list),
            Route("GET", f"{WS}/{_KIND}/{{name}}", self.container),
            Route("GET", versions, self.versions),
            Route("GET", f"{versions}/{{version}}", self.get),
            Route("PUT", f"{versions}/{{version}}", self.put),
            Route("DELETE", f"{versions}/{{version}}", self.delete),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """All assets of a kind"""
        kind = request.match_info["kind"]
        return json_response({"value": [self._container(kind, name) for name in self._assets.names(kind)]})

    async def container(self, request: web.Request) -> web.Response:
        """An asset, with its latest and next version"""
        kind, name = request.match_info["kind"], request.match_info["name"]
        if not self._assets.versions(kind, name):
            raise not_found(f"{kind}/{name}")
        return json_response(self._container(kind, name))

    async def versions(self, request: web.Request) -> web.Response:
        """Versions of an asset, newest first"""
        kind, name = request.match_info["kind"], request.match_info["name"]
        versions = self._assets.versions(kind, name)[: int(request.query.get("$top", 1000))]
        documents = [self._version(kind, name, version, asset) for version, asset in versions]
        return json_response({"value": documents})

    async def get(self, request: web.Request) -> web.Response:
        """A version of an asset"""
        kind, name, version = _named(request)
        return json_response(self._version(kind, name, version, self._assets.get(kind, name, version)))

    async def put(self, request: web.Request) -> web.Response:
        """Register a version (its path cannot be changed later)"""
        kind, name, version = _named(request)
        body = await json_body(request)
        asset, is_new = self._assets.put(kind, name, version, body["properties"])
        return json_response(self._version(kind, name, version, asset), 201 if is_new else 200)

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a version (files of a job's output are kept)"""
        return web.Response(status=200 if self._assets.delete(*_named(request)) else 204)

    def _container(self, kind: str, name: str) -> dict[str, Any]:
        versions = self._assets.versions(kind, name)
        numbers = [int(version) for version, _ in versions if version.isdigit()]
        properties = {"latestVersion": versions[0][0], "nextVersion": str(max(numbers, default=0) + 1)}
        data_type = {"dataType": versions[0][1]["properties"].get("dataType")} if kind == "data" else {}
        return {
            "id": self._addresses.resource(kind, name),
            "name": name,
            "type": f"Microsoft.MachineLearningServices/workspaces/{kind}",
            "systemData": system_data(versions[-1][1]["created"]),
            "properties": {"isArchived": False, "tags": {}, "properties": {}} | properties | data_type,
        }

    def _version(self, kind: str, name: str, version: str, asset: Document) -> dict[str, Any]:
        return {
            "id": f"{self._addresses.resource(kind, name)}/versions/{version}",
            "name": version,
            "type": f"Microsoft.MachineLearningServices/workspaces/{kind}/versions",
            "systemData": system_data(asset["created"]),
            "properties": asset["properties"],
        }


def _named(request: web.Request) -> tuple[str, str, str]:
    path = request.match_info
    return path["kind"], path["name"], path["version"]
