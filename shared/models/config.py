"""``tunedrop.yaml``: what a data owner may set for a project. Snapshotted into a run at ``received``."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from shared.models.base import Model

Scalar = str | int | float | bool


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
    split: SplitConfig = SplitConfig()
    lease: LeaseConfig = LeaseConfig()
    budget_usd: float | None = Field(None, gt=0)
    """Most that one run may cost; above it the run is held for approval."""
