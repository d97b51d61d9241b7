"""Addresses of the cloud that the workspace is in: Azure's public cloud, a sovereign one, or the stand-in."""

import hashlib
from typing import Any

from shared.core.settings import Settings


def resource_manager(settings: Settings) -> str:
    """URL of the resource manager, without a trailing slash."""
    return _endpoint(settings, "resource_manager", "https://management.azure.com")


def arm_scope(settings: Settings) -> str:
    """Scope of tokens for the resource manager and the workspace's own services."""
    return f"{resource_manager(settings)}/.default"


def scoring_scope(settings: Settings) -> str:
    """Scope of tokens for scoring."""
    return f"{_endpoint(settings, 'aml_resource_id', 'https://ml.azure.com')}/.default"


def discovery(settings: Settings) -> str:
    """URL of the service that knows where registries are, without a trailing slash."""
    return _endpoint(settings, "registry_discovery_endpoint", "https://eastus.api.azureml.ms")


def client_options(settings: Settings) -> dict[str, Any]:
    """Arguments of ``MLClient`` that select the cloud; none for the public one.

    The SDK caches a cloud's addresses by its name for the life of the process, so the name must change with the
    addresses.
    """
    if settings.cloud_metadata is None:
        return {}
    digest = hashlib.sha256(resource_manager(settings).encode()).hexdigest()
    return {"cloud": f"tunedrop-{digest[:8]}", "cloud_metadata": dict(settings.cloud_metadata)}


def _endpoint(settings: Settings, name: str, public: str) -> str:
    return (settings.cloud_metadata or {}).get(name, public).rstrip("/")
