"""Azure ML's nouns on the way out: endpoints and deployments."""

from typing import Literal

from shared.models.base import Model

Provisioning = Literal["creating", "updating", "succeeded", "failed", "deleting"]


class Endpoint(Model):
    """A managed online endpoint, as it stands now."""

    name: str
    provisioning: Provisioning
    scoring_uri: str | None = None
    traffic: dict[str, int] = {}
    tags: dict[str, str] = {}
    error: str | None = None
    """Why the last operation on it failed, in Azure's words."""


class Deployment(Model):
    """A deployment, as it stands now."""

    endpoint: str
    name: str
    provisioning: Provisioning
    model: str | None = None
    tags: dict[str, str] = {}
    error: str | None = None
    """Why the last operation on it failed, in Azure's words."""


class DeploymentSpec(Model):
    """A deployment to create, with the lesson's probe and request settings in the gateway."""

    endpoint: str
    name: str
    model_name: str
    model_version: str
    instance_type: str
    instances: int = 1
    tags: dict[str, str] = {}
