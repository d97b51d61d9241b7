"""Addresses of the cloud that the workspace is in: Azure's public one, a sovereign one, or a stand-in."""

import hashlib
from typing import Any

from shared.core.settings import Settings


def resource_manager(settings: Settings) -> str:
    """Address of the resource manager, without a slash at its end."""
    return _endpoint(settings, "resource_manager", "https://management.azure.com")


def arm_scope(settings: Settings) -> str:
    """Scope of tokens for the resource manager and the workspace's own services."""
    return f"{resource_manager(settings)}/.default"


def scoring_scope(settings: Settings) -> str:
    """Scope of tokens for endpoints."""
    return f"{_endpoint(settings, 'aml_resource_id', 'https://ml.azure.com')}/.default"


def discovery(settings: Settings) -> str:
    """Address that knows where registries are, without a slash at its end."""
    return _endpoint(settings, "registry_discovery_endpoint", "https://eastus.api.azureml.ms")


def client_options(settings: Settings) -> dict[str, Any]:
    """Arguments of ``MLClient`` that name the cloud.

    The SDK keeps the clouds it knows by name for the life of the process and never looks again, so
    that the name must change with the address.
    """
    if settings.cloud_metadata is None:
        return {}
    address = hashlib.sha256(resource_manager(settings).encode()).hexdigest()
    return {"cloud": f"tunedrop-{address[:8]}", "cloud_metadata": dict(settings.cloud_metadata)}


def _endpoint(settings: Settings, name: str, public: str) -> str:
    return (settings.cloud_metadata or {}).get(name, public).rstrip("/")
