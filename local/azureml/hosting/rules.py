"""The checks of endpoints and deployments: names, traffic, sizes, quota, models, and other operations."""

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
"""Azure reserves a fifth more than the instances need, for upgrades."""


@dataclass(frozen=True)
class Rules:
    """The checks; each raises an ApiError.

    Args:
        quotas: cores by VM size, where they differ from the table of sizes.
        taken: endpoint names that other workspaces of the region use.
    """

    store: Store
    assets: Assets
    operations: Operations
    quotas: Mapping[str, int]
    taken: tuple[str, ...]

    def check_idle(self, *targets: str) -> None:
        """Check that no operation on these resources goes on.

        Raises:
            ApiError: 409.
        """
        for target in targets:
            action = self.operations.under_way(target)
            if action is not None:
                raise conflict(f"'{target}' is in the middle of another operation ({action}).", "OperationInProgress")

    def check_name(self, name: str) -> None:
        """Check the name of a new endpoint.

        Raises:
            ApiError: 400, it is not a valid name; 409, it is or was in use.
        """
        if not _NAME.fullmatch(name):
            raise invalid(
                f"'{name}' is not a valid endpoint name. Use 3 to 32 letters, digits and single dashes, "
                "and begin with a letter.",
                "InvalidEndpointName",
            )
        if name in self.taken or self.store.get(GONE, name) is not None:
            raise conflict(
                f"The endpoint name '{name}' is in use in this region, or was used before. Choose another.",
                "EndpointNameInUse",
            )

    def check_mode(self, before: Document | None, properties: Document) -> None:
        """Check that an endpoint keeps its authentication mode.

        Raises:
            ApiError: 400.
        """
        if before is not None and before["properties"].get("authMode") != properties.get("authMode"):
            raise immutable("The authentication mode of an endpoint cannot be changed.", "EndpointPropertyImmutable")

    def check_traffic(self, endpoint: str, traffic: Mapping[str, int]) -> None:
        """Check that traffic adds up to 0 or 100, and goes to deployments that are up.

        Raises:
            ApiError: 400.
        """
        if sum(traffic.values()) not in (0, 100):
            raise invalid(f"Traffic must add up to 0 or 100; it was {sum(traffic.values())}.", "InvalidTraffic")
        for name, share in traffic.items():
            deployment = self.store.get(DEPLOYMENTS, f"{endpoint}/{name}")
            if share and (deployment is None or deployment["state"] != "Succeeded"):
                message = f"Traffic must go to deployments that are up; '{name}' does not exist or is not ready."
                raise invalid(message, "InvalidTraffic")

    def check_new_deployment(self, endpoint: str, name: str) -> None:
        """Check the name of a new deployment, and that its endpoint has room for it.

        Raises:
            ApiError: 400.
        """
        if not _NAME.fullmatch(name):
            raise invalid(f"'{name}' is not a valid deployment name.", "InvalidDeploymentName")
        if len(self.store.names(DEPLOYMENTS, f"{endpoint}/")) >= _DEPLOYMENTS_PER_ENDPOINT:
            raise invalid(f"An endpoint has at most {_DEPLOYMENTS_PER_ENDPOINT} deployments.", "TooManyDeployments")

    def check_quota(self, key: str, size: str, instances: int) -> None:
        """Check that the region has the VM size, and enough cores of it.

        Raises:
            ApiError: 400.
        """
        row = SIZES.get(size)
        if row is None:
            raise invalid(f"The VM size '{size}' is not supported for managed online endpoints.", "InvalidVmSize")
        limit = self.quotas.get(size, row["quota"])
        others = [deployment for other, deployment in self.store.all(DEPLOYMENTS) if other != key]
        same_size = [other for other in others if other["properties"]["instanceType"] == size]
        used = sum(_cores(size, other["instances"]) for other in same_size)
        needed = _cores(size, instances)
        if used + needed > limit:
            raise no_quota(size, self.assets.addresses.subscription, used, limit, needed)

    def check_model(self, uri: str) -> None:
        """Check that a model can be served without code of its own.

        Raises:
            ApiError: 400, it cannot; 404, it does not exist.
        """
        base = registry_asset(uri)
        if base is not None and base[0] == "models" and base[1] in FOUNDATION_MODELS:
            return
        asset = workspace_asset(uri)
        if asset is None or asset[0] != "models":
            raise invalid(f"'{uri}' is not a model that can be deployed without code of its own.", "InvalidModel")
        if self.assets.get(*asset)["properties"].get("modelType") != "mlflow_model":
            raise invalid("A model that is not of type mlflow_model needs code and an environment.", "InvalidModel")


def _cores(size: str, instances: int) -> int:
    return math.ceil(instances * _SPARE) * int(SIZES[size]["vCPUs"])
