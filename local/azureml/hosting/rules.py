"""What endpoints and deployments may not be: names, traffic, sizes, quota, models, and who is busy."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from local.azureml.core.addresses import registry_asset, workspace_asset
from local.azureml.core.errors import conflict, immutable, invalid, no_quota
from local.azureml.core.operations import Operations
from local.azureml.core.store import Document, Store
from local.azureml.registry.catalog import FOUNDATION_MODELS, SIZES
from local.azureml.storage.assets import Assets

ENDPOINTS: Final = "endpoints"
DEPLOYMENTS: Final = "deployments"
GONE: Final = "endpoints-gone"
_NAME: Final = re.compile(r"[a-zA-Z](?!.*--)[a-zA-Z0-9-]{1,30}[a-zA-Z0-9]")
_DEPLOYMENTS_PER_ENDPOINT: Final = 20
_SPARE: Final = 1.2
"""Azure reserves a fifth more than what runs, for upgrades."""


@dataclass(frozen=True)
class Rules:
    """All checks raise ApiError.

    Args:
        quotas: cores per size, where other than in the table of sizes.
        taken: names that other workspaces of the region hold.
    """

    store: Store
    assets: Assets
    operations: Operations
    quotas: Mapping[str, int]
    taken: tuple[str, ...]

    def check_idle(self, *targets: str) -> None:
        """409 while an operation on one of them is under way."""
        for target in targets:
            action = self.operations.under_way(target)
            if action is not None:
                raise conflict(f"'{target}' is in the middle of another operation ({action}).", "OperationInProgress")

    def check_name(self, name: str) -> None:
        """400 or 409: no name for a new endpoint."""
        if not _NAME.fullmatch(name):
            raise invalid(
                f"'{name}' is no name of an endpoint: 3 to 32 letters, digits and single dashes, first a letter.",
                "InvalidEndpointName",
            )
        if name in self.taken or self.store.get(GONE, name) is not None:
            raise conflict(
                f"The endpoint name '{name}' is in use in this region, or was used before. Choose another.",
                "EndpointNameInUse",
            )

    def check_mode(self, before: Document | None, properties: Document) -> None:
        """400: an endpoint keeps how it authenticates."""
        if before is not None and before["properties"].get("authMode") != properties.get("authMode"):
            raise immutable("The authentication mode of an endpoint cannot be changed.", "EndpointPropertyImmutable")

    def check_traffic(self, endpoint: str, traffic: Mapping[str, int]) -> None:
        """400: traffic of all or nothing, to deployments that stand."""
        if sum(traffic.values()) not in (0, 100):
            raise invalid(f"Traffic must add up to 0 or 100, but is {sum(traffic.values())}.", "InvalidTraffic")
        for name, share in traffic.items():
            deployment = self.store.get(DEPLOYMENTS, f"{endpoint}/{name}")
            if share and (deployment is None or deployment["state"] != "Succeeded"):
                raise invalid(f"Traffic names deployment '{name}', which is not there or not ready.", "InvalidTraffic")

    def check_new_deployment(self, endpoint: str, name: str) -> None:
        """400: no name, or one too many."""
        if not _NAME.fullmatch(name):
            raise invalid(f"'{name}' is no name of a deployment.", "InvalidDeploymentName")
        if len(self.store.names(DEPLOYMENTS, f"{endpoint}/")) >= _DEPLOYMENTS_PER_ENDPOINT:
            raise invalid(f"An endpoint has at most {_DEPLOYMENTS_PER_ENDPOINT} deployments.", "TooManyDeployments")

    def check_quota(self, key: str, size: str, instances: int) -> None:
        """400: the region does not have the size, or not as many cores of it."""
        known = SIZES.get(size)
        if known is None:
            raise invalid(f"The VM size '{size}' is not supported for managed online endpoints.", "InvalidVmSize")
        limit = self.quotas.get(size, known["quota"])
        others = (each for other, each in self.store.all(DEPLOYMENTS) if other != key)
        used = sum(_cores(size, each["instances"]) for each in others if each["properties"]["instanceType"] == size)
        needed = _cores(size, instances)
        if used + needed > limit:
            raise no_quota(size, self.assets.addresses.subscription, used, limit, needed)

    def check_model(self, uri: str) -> None:
        """400 or 404: nothing that can be served without code of its own."""
        base = registry_asset(uri)
        if base is not None and base[0] == "models" and base[1] in FOUNDATION_MODELS:
            return
        asset = workspace_asset(uri)
        if asset is None or asset[0] != "models":
            raise invalid(f"'{uri}' is no model that can be deployed without code of its own.", "InvalidModel")
        if self.assets.get(*asset)["properties"].get("modelType") != "mlflow_model":
            raise invalid("A model that is not of type mlflow_model needs code and an environment.", "InvalidModel")


def _cores(size: str, instances: int) -> int:
    return math.ceil(instances * _SPARE) * int(SIZES[size]["vCPUs"])
