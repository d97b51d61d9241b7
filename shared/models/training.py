"""Azure ML's nouns on the way in: what a job needs, and what became of it."""

from datetime import datetime
from typing import Any, Literal

from shared.models.base import Model


class FoundationModel(Model):
    """A base model in the registry."""

    id: str
    """``azureml://registries/{registry}/models/{name}/versions/{version}``"""
    name: str
    version: str
    finetune_skus: list[str]
    """Sizes it may be fine-tuned on (tag, or system metadata since 2026-06-16); empty: not stated."""
    defaults: dict[str, Any]
    """``model_specific_defaults``, parsed, unfiltered."""
    finetune_retires: datetime | None = None
    context_window: int | None = None
    """Tokens that it takes at most; ``None``: not stated."""


class ComponentInput(Model):
    """One declared input of a component."""

    name: str
    type: str
    """``string``, ``integer``, ``number``, ``boolean``, ``uri_file``, ``mltable``, …"""
    default: Any = None
    enum: list[Any] | None = None
    min: float | None = None
    max: float | None = None


class Component(Model):
    """The fine-tuning pipeline component."""

    id: str
    """``azureml://registries/{registry}/components/{name}/versions/{version}``"""
    inputs: dict[str, ComponentInput]


class Compute(Model):
    """A cluster, as it stands now."""

    name: str
    size: str
    gpus: int
    provisioning_state: str


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
    """``azureml://datastores/…`` path."""
    validation: str
    test: str
    hyperparameters: dict[str, Any]
    fingerprint: str
    tags: dict[str, str]


JobStatus = Literal["running", "completed", "failed", "cancelled"]


class Job(Model):
    """What became of a job."""

    name: str
    status: JobStatus
    azure_status: str
    """Azure ML's own word."""
    fingerprint: str | None = None
    error: str | None = None
    tags: dict[str, str] = {}


class RegisteredModel(Model):
    """A model version in the workspace."""

    name: str
    version: str
    path: str
    """``azureml://jobs/{job}/outputs/trained_model``"""
    tags: dict[str, str]
