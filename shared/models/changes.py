"""Partial changes of records, typed: mypy reports a field that does not exist, or a value of the wrong type.

Each class names fields of a model with the model's own types; ``tests/unit/models/test_changes.py`` compares them.
"""

from datetime import datetime
from typing import Literal, TypedDict

from shared.core.states import Intent, State
from shared.models.config import ProjectConfig, Scalar
from shared.models.receipt import Cost, Problem
from shared.models.run import (
    AutomaticRetry,
    Claim,
    Decision,
    Evaluation,
    ModelRef,
    Notice,
    Queue,
    Results,
    Splits,
    Upload,
)
from shared.models.training import TrainingJob


class ResultChanges(TypedDict, total=False):
    """Fields of ``Results`` that a step sets."""

    problems: list[Problem]
    splits: Splits | None
    receipt: str | None
    base_model: ModelRef | None
    plan: TrainingJob | None
    job: str | None
    metrics: dict[str, float] | None
    model: ModelRef | None
    endpoint: str | None
    deployment: str | None
    evaluation: Evaluation | None
    end: State | None
    error: str | None
    failure: str | None
    azure_message: str | None
    gone: datetime | None
    automatic_retry: AutomaticRetry | None


class RunChanges(TypedDict, total=False):
    """Fields of ``Run`` that a step, a decision or the engine sets."""

    upload: Upload
    attempt: int
    state: State
    intent: Intent
    decisions: list[Decision]
    hold_reason: str | None
    queue: Queue | None
    claim: Claim | None
    deadline: datetime
    config: ProjectConfig
    adjustments: dict[str, Scalar]
    cost: Cost | None
    fingerprint: str | None
    next_due: datetime
    not_before: datetime | None
    outbox: list[Notice]
    unsent: list[Notice]
    seq: int
    results: Results
    updated: datetime


class ServingChanges(TypedDict, total=False):
    """Fields of ``Serving`` that are set together."""

    generation: int
    phase: Literal["up", "deleting"]
    deploy_lock: str | None
    champion: str | None
    champion_run: str | None
    previous_champion: str | None
    previous_champion_run: str | None
    scoring_uri: str | None
    gone: datetime | None
