"""``tunedrop.yaml``: what a data owner may set for a project. Snapshotted into a run at ``received``."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from shared.models.base import Model

Scalar = str | int | float | bool
Role = Literal["system", "user", "assistant"]
MendRule = Literal["merge_turns", "drop_leading_assistant", "drop_trailing_user", "strip_blank_turns"]


class LeaseConfig(Model):
    """Why the project's endpoint may live. Platform limits may be tighter."""

    max_age: timedelta = Field(timedelta(days=7), gt=timedelta(), le=timedelta(days=366))
    idle: timedelta = Field(timedelta(hours=12), gt=timedelta(), le=timedelta(days=366))
    keep_until: datetime | None = None


class SplitConfig(Model):
    """Percent of the usable rows held out, by content hash."""

    validation: int = Field(10, ge=1, le=40)
    test: int = Field(10, ge=1, le=40)


class ProjectConfig(Model):
    """A project's settings; every one has a default, so the file is optional."""

    mode: Literal["train", "validate"] = "train"
    base_model: str | None = None
    """Name in the registry; ``None`` takes the app's default."""
    hyperparameters: dict[str, Scalar] = {}
    """Inputs of the fine-tuning component, checked against its declaration before submission."""

    roles: dict[str, Role] = {}
    """Other words for the roles, for instance ``customer: user``."""
    mend: list[MendRule] = []
    """How rows that break the contract may be repaired; without a rule they are rejected."""
    keep: list[str] = []
    """Keys of a row to keep beside ``messages``; all others are dropped."""
    duplicates: Literal["normalised", "exact"] = "normalised"
    """Which rows are the same: equal but for case, space and Unicode form, or equal."""
    sample_pc: float = Field(100, gt=0, le=100)
    """Percent of the rows to use, chosen by content hash."""
    too_long: Literal["truncate", "drop", "reject"] = "truncate"
    """What becomes of rows over ``max_seq_length``: the trainer cuts them, they are left out, or the upload is."""
    pii: Literal["off", "warn", "redact", "reject"] = "warn"
    """What personal data and secrets lead to: nothing, a report, a placeholder, or the upload's rejection."""
    train_on: Literal["upload", "project"] = "upload"
    """The uploaded file alone, or all accepted files of the project."""

    split: SplitConfig = SplitConfig()
    lease: LeaseConfig = LeaseConfig()
    budget_usd: float | None = Field(None, gt=0)
    """Most that one run may cost; above it the run is held for approval."""
    budget_tokens: int | None = Field(None, gt=0)
    """Most tokens that one run may train on; an upload with more is rejected."""
