"""Reads a model's system metadata from the registry; the SDK leaves it out."""

from typing import Any, Final

from shared.core.settings import Settings
from shared.gateways.azureml import cloud
from shared.gateways.azureml.arm import Arm

_API_VERSION: Final = "2021-10-01-dataplanepreview"
"""The version that the SDK uses for registries."""


def system_metadata(arm: Arm, settings: Settings, model: str, version: str) -> Any:
    """The system metadata of a model's version, undecoded; ``None`` if it has none.

    Raises:
        NotFoundError: the registry, or the model's version, does not exist.
    """
    registry = settings.registry
    discovery_url = f"{cloud.discovery(settings)}/registrymanagement/v1.0/registries/{registry}/discovery"
    location = arm.request("GET", discovery_url)
    url = (
        f"{location['primaryRegionResourceProviderUri'].rstrip('/')}/mferp/managementfrontend"
        f"/subscriptions/{location['subscriptionId']}/resourceGroups/{location['resourceGroup']}"
        f"/providers/Microsoft.MachineLearningServices/registries/{registry}/models/{model}/versions/{version}"
    )
    properties = arm.request("GET", url, {"api-version": _API_VERSION})["properties"]
    return properties.get("systemMetadata") or properties.get("system_metadata")
