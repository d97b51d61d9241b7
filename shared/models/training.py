"""Azure ML's base models, component, clusters, jobs and registered models."""

from datetime import datetime
from typing import Any, Literal

from shared.models.base import Model
from shared.models.config import Scalar


class FoundationModel(Model):
    """A base model in the registry."""

    id: str
    """``azureml://registries/{registry}/models/{name}/versions/{version}``"""
    name: str
    version: str
    finetune_skus: list[str]
    """VM sizes that it can be fine-tuned on; empty: not stated."""
    defaults: dict[str, Any]
    """Suggested hyperparameters, unfiltered: the component may not accept some."""
    finetune_retires: datetime | None = None
    """When fine-tuning of it ends; ``None``: not announced."""
    context_window: int | None = None
    """Most tokens that it takes; ``None``: not stated."""


class ComponentInput(Model):
    """A declared input of a component."""

    name: str
    type: str
    """``string``, ``integer``, ``number``, ``boolean``, ``uri_file``, ``mltable``, …"""
    default: Scalar | None = None
    enum: list[Scalar] | None = None
    min: float | None = None
    max: float | None = None


class Component(Model):
    """The fine-tuning pipeline component."""

    id: str
    """``azureml://registries/{registry}/components/{name}/versions/{version}``"""
    inputs: dict[str, ComponentInput]


class Compute(Model):
    """The current state of a compute cluster."""

    name: str
    size: str
    """VM size."""
    gpus: int
    """Per node."""
    provisioning_state: str
    """Azure's word; ``Succeeded`` means that it can be used."""


class TrainingJob(Model):
    """A fine-tuning pipeline job to submit."""

    name: str
    display_name: str
    experiment: str
    component: str
    """Registry id of the component."""
    base_model: str
    """Registry id of the model."""
    compute: str
    gpus: int
    train: str
    """``azureml://datastores/…`` path, like the two below."""
    validation: str
    test: str
    hyperparameters: dict[str, Scalar]
    fingerprint: str
    """See ``policy.fingerprint``."""
    tags: dict[str, str]


JobStatus = Literal["running", "completed", "failed", "cancelled"]


class Job(Model):
    """The current state of a job."""

    name: str
    status: JobStatus
    azure_status: str
    """Azure ML's own status."""
    fingerprint: str | None = None
    error: str | None = None
    """Why it failed, in Azure's words."""
    tags: dict[str, str] = {}


class RegisteredModel(Model):
    """A version of a model in the workspace."""

    name: str
    version: str
    path: str
    """``azureml://jobs/{job}/outputs/trained_model``"""
    tags: dict[str, str]
