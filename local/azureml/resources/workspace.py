"""Handlers of the workspace, its clusters, and the VM sizes of its region."""

from typing import Any

from aiohttp import web

from local.azureml.core.dates import iso
from local.azureml.core.errors import ApiError
from local.azureml.core.http import WS, Route, json_response
from local.azureml.registry.catalog import COMPUTES, SIZES
from local.azureml.services import Services
from local.azureml.storage.disk import ACCOUNT
from local.identity import TENANT

_CREATED = 1_700_000_000.0
_SIZES = "/subscriptions/{subscription}/providers/Microsoft.MachineLearningServices/locations/{location}/vmSizes"


class Workspace:
    def __init__(self, services: Services) -> None:
        self._addresses = services.addresses

    def routes(self) -> list[Route]:
        return [
            Route("GET", WS, self.get),
            Route("GET", f"{WS}/computes", self.computes),
            Route("GET", f"{WS}/computes/{{name}}", self.compute),
            Route("GET", _SIZES, self.sizes),
        ]

    async def get(self, _: web.Request) -> web.Response:
        """The workspace: region, ids, URLs of discovery and MLflow"""
        own = self._addresses
        group = own.workspace_id.split("/providers/")[0]
        return json_response(
            {
                "id": own.workspace_id,
                "name": own.workspace,
                "type": "Microsoft.MachineLearningServices/workspaces",
                "location": own.location,
                "kind": "Default",
                "tags": {},
                "identity": {"type": "SystemAssigned", "principalId": own.workspace_guid, "tenantId": TENANT},
                "sku": {"name": "Basic", "tier": "Basic"},
                "properties": {
                    "workspaceId": own.workspace_guid,
                    "friendlyName": own.workspace,
                    "discoveryUrl": f"{own.base}/discovery/workspaces/{own.workspace}",
                    "mlFlowTrackingUri": f"azureml://{own.host}/mlflow/v1.0{own.workspace_id}",
                    "storageAccount": f"{group}/providers/Microsoft.Storage/storageAccounts/{ACCOUNT}",
                    "provisioningState": "Succeeded",
                    "publicNetworkAccess": "Enabled",
                    "tenantId": TENANT,
                },
            }
        )

    async def computes(self, _: web.Request) -> web.Response:
        """All clusters"""
        return json_response({"value": [self._cluster(name) for name in COMPUTES]})

    async def compute(self, request: web.Request) -> web.Response:
        """A cluster: size, nodes, provisioning state"""
        name = request.match_info["name"]
        if name not in COMPUTES:
            raise ApiError(404, "ResourceNotFound", f"The compute '{name}' was not found.")
        return json_response(self._cluster(name))

    async def sizes(self, _: web.Request) -> web.Response:
        """VM sizes of the region: cores, GPUs, memory"""
        return json_response({"value": [_size(name) for name in SIZES]})

    def _cluster(self, name: str) -> dict[str, Any]:
        compute = COMPUTES[name]
        scale = {"minNodeCount": 0, "maxNodeCount": compute["maxNodes"], "nodeIdleTimeBeforeScaleDown": "PT120S"}
        return {
            "id": self._addresses.resource("computes", name),
            "name": name,
            "type": "Microsoft.MachineLearningServices/workspaces/computes",
            "location": self._addresses.location,
            "tags": {},
            "properties": {
                "computeType": "AmlCompute",
                "computeLocation": self._addresses.location,
                "provisioningState": compute["state"],
                "createdOn": iso(_CREATED),
                "isAttachedCompute": False,
                "disableLocalAuth": True,
                "properties": {
                    "vmSize": compute["vmSize"],
                    "vmPriority": "Dedicated",
                    "scaleSettings": scale,
                    "allocationState": "Steady",
                    "currentNodeCount": 0,
                    "targetNodeCount": 0,
                    "osType": "Linux",
                    "isolatedNetwork": False,
                    "enableNodePublicIp": True,
                    "remoteLoginPortPublicAccess": "Disabled",
                    "subnet": None,
                },
            },
        }


def _size(name: str) -> dict[str, Any]:
    size = SIZES[name]
    return {
        "name": name,
        "family": size["family"],
        "vCPUs": size["vCPUs"],
        "gpus": size["gpus"],
        "osVhdSizeMB": 1_047_552,
        "maxResourceVolumeMB": size["diskMB"],
        "memoryGB": size["memoryGB"],
        "lowPriorityCapable": True,
        "premiumIO": True,
        "supportedComputeTypes": ["AmlCompute", "ComputeInstance"],
    }
