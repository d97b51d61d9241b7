"""Azure ML's endpoints and deployments."""

from typing import Literal

from shared.models.base import Model

Provisioning = Literal["creating", "updating", "succeeded", "failed", "deleting"]


class Endpoint(Model):
    """The current state of a managed online endpoint."""

    name: str
    provisioning: Provisioning
    scoring_uri: str | None = None
    traffic: dict[str, int] = {}
    """Percent by deployment."""
    tags: dict[str, str] = {}
    error: str | None = None
    """Why the last operation on it failed, in Azure's words."""


class Deployment(Model):
    """The current state of a managed online deployment."""

    endpoint: str
    name: str
    provisioning: Provisioning
    model: str | None = None
    """``name:version`` of the registered model that it serves."""
    tags: dict[str, str] = {}
    error: str | None = None
    """Why the last operation on it failed, in Azure's words."""


class DeploymentSpec(Model):
    """A deployment to create. The gateway adds the lesson's probe and request settings."""

    endpoint: str
    name: str
    model_name: str
    model_version: str
    instance_type: str
    instances: int = 1
    tags: dict[str, str] = {}
