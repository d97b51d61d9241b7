"""``tunedrop.yaml``: what a data owner may set for a project. Copied into a run when its upload arrives."""

from datetime import timedelta
from typing import Literal

from pydantic import ConfigDict, Field

from shared.models.base import Model
from shared.models.fields import Duration, Moment, OtherKey

Scalar = str | int | float | bool
Role = Literal["system", "user", "assistant"]
RepairRule = Literal["merge_turns", "drop_leading_assistant", "drop_trailing_user", "strip_blank_turns"]


class Section(Model):
    """A group of settings. Values must have exactly the types that their JSON Schema names."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class LeaseConfig(Section):
    """How long the project's endpoint may live. The platform's limits may be tighter."""

    max_age: Duration = timedelta(days=7)
    """Longest time that the endpoint lives after its model has gone live."""
    idle: Duration = timedelta(hours=12)
    """The endpoint is deleted after this time without a request."""
    keep_until: Moment | None = None
    """Until then, neither age nor idleness ends the endpoint, as far as the platform allows."""


class SplitConfig(Section):
    """Percent of the usable rows that are held out from training, by content hash."""

    validation: int = Field(10, ge=1, le=40)
    """Percent of the rows that training is monitored with."""
    test: int = Field(10, ge=1, le=40)
    """Percent of the rows that the trained model is evaluated with."""


class ProjectConfig(Section):
    """A project's settings. Each has a default, so the file is optional."""

    mode: Literal["train", "validate"] = "train"
    """Whether accepted uploads are trained on, or only checked."""
    base_model: str | None = None
    """Name of the base model in the registry; without it, the app's default."""
    hyperparameters: dict[str, Scalar] = {}
    """Inputs of the fine-tuning component, checked against its declaration before the job is submitted."""

    roles: dict[str, Role] = {}
    """Other words for the roles, for instance ``customer: user``. They are replaced in rows that break the contract."""
    repair: list[RepairRule] = []
    """How rows that break the contract may be repaired; without a rule, they are rejected."""
    keep: list[OtherKey] = []
    """Keys of a row to keep beside ``messages``; all others are dropped."""
    duplicates: Literal["normalised", "exact"] = "normalised"
    """Rows are duplicates if their messages are equal: apart from case, space and Unicode form, or exactly."""
    sample_pc: float = Field(100.0, gt=0, le=100)
    """Percent of the rows to use, chosen by content hash."""
    too_long: Literal["truncate", "drop", "reject"] = "truncate"
    """Rows over ``max_seq_length``: train on their beginning, leave them out, or reject the upload."""
    pii: Literal["off", "warn", "redact", "reject"] = "warn"
    """Personal data and secrets: do nothing, report them, replace them with placeholders, or reject the upload."""
    train_on: Literal["upload", "project"] = "upload"
    """Train on the upload alone, or on all accepted uploads of the project."""

    split: SplitConfig = SplitConfig()
    """What is held out from training."""
    lease: LeaseConfig = LeaseConfig()
    """How long the endpoint lives."""
    budget_usd: float | None = Field(None, gt=0)
    """Limit on the estimated training cost of a run, all attempts together; a run above it waits for an approval."""
    budget_tokens: int | None = Field(None, gt=0)
    """Limit on the training tokens of a run; an upload with more is rejected."""
