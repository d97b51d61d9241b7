"""Where everything is: cloud metadata, the registry's and the workspace's discovery."""

from aiohttp import web

from local.azureml.core.addresses import REGISTRY_GROUP, REGISTRY_SUBSCRIPTION
from local.azureml.core.errors import not_found
from local.azureml.core.http import Route, answer
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
        """Endpoints of this cloud, as for a sovereign one (ARM_CLOUD_METADATA_URL)"""
        return answer(
            [
                {
                    "name": "TunedropLocal",
                    # The SDK makes the audience https://ml.azure.com of what follows the portal's second dot.
                    "portal": "https://portal.azure.com/",
                    "resourceManager": f"{self._base}/",
                    "authentication": {"loginEndpoint": f"{self._base}/", "audiences": [self._base]},
                    "suffixes": {"storage": "localhost"},
                }
            ]
        )

    async def registry(self, request: web.Request) -> web.Response:
        """Where a registry is: here, for `azureml`"""
        name = request.match_info["registry"]
        if name != "azureml":
            raise not_found(f"Registry '{name}'")
        return answer(
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
        return answer(dict.fromkeys(_SERVICES, self._base))
