"""``tunedrop.yaml``: what a data owner may set for a project. Snapshotted into a run at ``received``."""

from datetime import timedelta
from typing import Literal

from pydantic import ConfigDict, Field

from shared.models.base import Model
from shared.models.fields import Duration, Moment, OtherKey

Scalar = str | int | float | bool
Role = Literal["system", "user", "assistant"]
RepairRule = Literal["merge_turns", "drop_leading_assistant", "drop_trailing_user", "strip_blank_turns"]


class Section(Model):
    """Settings that stand together: of the very type that is asked for, as their JSON Schema says."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class LeaseConfig(Section):
    """Why the project's endpoint may live. Platform limits may be tighter."""

    max_age: Duration = timedelta(days=7)
    """Longest that it lives after its model has gone live."""
    idle: Duration = timedelta(hours=12)
    """It is deleted when nobody has asked it anything for this long."""
    keep_until: Moment | None = None
    """Until then it is kept, asked or not, as far as the platform allows."""


class SplitConfig(Section):
    """Percent of the usable rows held out, by content hash."""

    validation: int = Field(10, ge=1, le=40)
    """Percent that training is watched with."""
    test: int = Field(10, ge=1, le=40)
    """Percent that the trained model is judged by."""


class ProjectConfig(Section):
    """A project's settings; every one has a default, so the file is optional."""

    mode: Literal["train", "validate"] = "train"
    """Whether accepted uploads are trained on, or only checked."""
    base_model: str | None = None
    """Name in the registry; without it, the app's default."""
    hyperparameters: dict[str, Scalar] = {}
    """Inputs of the fine-tuning component, checked against its declaration before submission."""

    roles: dict[str, Role] = {}
    """Other words for the roles, for instance ``customer: user``, tried where a row breaks the contract."""
    repair: list[RepairRule] = []
    """How rows that break the contract may be repaired; without a rule they are rejected."""
    keep: list[OtherKey] = []
    """Keys of a row to keep beside ``messages``; all others are dropped."""
    duplicates: Literal["normalised", "exact"] = "normalised"
    """Which rows are the same: equal but for case, space and Unicode form, or equal."""
    sample_pc: float = Field(100.0, gt=0, le=100)
    """Percent of the rows to use, chosen by content hash."""
    too_long: Literal["truncate", "drop", "reject"] = "truncate"
    """What becomes of rows over ``max_seq_length``: the trainer cuts them, they are left out, or the upload is."""
    pii: Literal["off", "warn", "redact", "reject"] = "warn"
    """What personal data and secrets lead to: nothing, a report, a placeholder, or the upload's rejection."""
    train_on: Literal["upload", "project"] = "upload"
    """The uploaded file alone, or all accepted files of the project."""

    split: SplitConfig = SplitConfig()
    """What is held out from training."""
    lease: LeaseConfig = LeaseConfig()
    """How long the endpoint lives."""
    budget_usd: float | None = Field(None, gt=0)
    """Most that training may cost, all attempts of a run together; above it the run is held for approval."""
    budget_tokens: int | None = Field(None, gt=0)
    """Most tokens that one run may train on; an upload with more is rejected."""
