"""What the registry says of a model that the SDK leaves out: its system metadata."""

from typing import Any, Final

from shared.core.settings import Settings
from shared.gateways.azureml import cloud
from shared.gateways.azureml.arm import Arm

_API_VERSION: Final = "2021-10-01-dataplanepreview"
"""The SDK's own for registries."""


def system_metadata(arm: Arm, settings: Settings, model: str, version: str) -> Any:
    """Of a model's version, as it came; ``None`` if there is none."""
    registry = settings.registry
    at = arm.request("GET", f"{cloud.discovery(settings)}/registrymanagement/v1.0/registries/{registry}/discovery")
    address = (
        f"{at['primaryRegionResourceProviderUri'].rstrip('/')}/mferp/managementfrontend"
        f"/subscriptions/{at['subscriptionId']}/resourceGroups/{at['resourceGroup']}"
        f"/providers/Microsoft.MachineLearningServices/registries/{registry}/models/{model}/versions/{version}"
    )
    properties = arm.request("GET", address, {"api-version": _API_VERSION})["properties"]
    return properties.get("systemMetadata") or properties.get("system_metadata")
