"""Handlers of discovery: metadata of the cloud, and where the registry and the workspace's services are."""

from aiohttp import web

from local.azureml.core.addresses import REGISTRY_GROUP, REGISTRY_SUBSCRIPTION
from local.azureml.core.errors import not_found
from local.azureml.core.http import Route, json_response
from local.azureml.core.tokens import Plane
from local.azureml.services import Services

_SERVICES = (
    "api", "history", "catalog", "experimentation", "studio", "notebooks", "modelmanagement", "pipelines",
    "gallery", "hyperdrive", "inferencing", "webservices",
)  # fmt: skip


class Discovery:
    def __init__(self, services: Services) -> None:
        self._base = services.addresses.base

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/metadata/endpoints", self.metadata, Plane.OPEN),
            Route("GET", "/registrymanagement/v1.0/registries/{registry}/discovery", self.registry, Plane.DATA),
            Route("GET", "/discovery/workspaces/{workspace}", self.workspace, Plane.OPEN),
        ]

    async def metadata(self, _: web.Request) -> web.Response:
        """Metadata of this cloud, as of a sovereign cloud (ARM_CLOUD_METADATA_URL)"""
        return json_response(
            [
                {
                    "name": "TunedropLocal",
                    # The SDK builds the audience https://ml.azure.com from what follows the portal's second dot.
                    "portal": "https://portal.azure.com/",
                    "resourceManager": f"{self._base}/",
                    "authentication": {"loginEndpoint": f"{self._base}/", "audiences": [self._base]},
                    "suffixes": {"storage": "localhost"},
                }
            ]
        )

    async def registry(self, request: web.Request) -> web.Response:
        """Where the registry `azureml` is: here"""
        name = request.match_info["registry"]
        if name != "azureml":
            raise not_found(f"Registry '{name}'")
        return json_response(
            {
                "registryName": name,
                "primaryRegionResourceProviderUri": f"{self._base}/",
                "resourceGroup": REGISTRY_GROUP,
                "subscriptionId": REGISTRY_SUBSCRIPTION,
                "registryFqdns": {},
            }
        )

    async def workspace(self, _: web.Request) -> web.Response:
        """Where the workspace's services are: here"""
        return json_response(dict.fromkeys(_SERVICES, self._base))
