"""Limits of training that follow from a project's settings and its base model."""

import math
from collections.abc import Mapping
from typing import Any

from shared.models.config import ProjectConfig
from shared.models.training import FoundationModel
from shared.policy.hyperparameters import APP_DEFAULTS


def epochs(config: ProjectConfig, model: FoundationModel | None) -> float:
    """How often each row is trained on: the user's value, else the base model's, else the app's."""
    value = _first_number("num_train_epochs", config.hyperparameters, model.defaults if model else {}, APP_DEFAULTS)
    return max(value or 0.0, 0.0)


def max_seq_length(config: ProjectConfig, model: FoundationModel | None) -> int | None:
    """Tokens of the longest row that is not cut in training; ``None``: unknown."""
    if model is None:
        return _length(config.hyperparameters)
    return _length(config.hyperparameters) or _length(model.defaults) or model.context_window


def context_window_problem(config: ProjectConfig, model: FoundationModel | None) -> str | None:
    """Why the project's ``max_seq_length`` is too large for the base model; ``None``: it is not, as far as is known."""
    length = _length(config.hyperparameters)
    if length and model and model.context_window and length > model.context_window:
        return f"max_seq_length is {length:,}, but {model.name} takes {model.context_window:,} tokens at most."
    return None


def _length(values: Mapping[str, Any]) -> int | None:
    """``max_seq_length``; ``None`` if it is below 1, which means the base model's own to the component."""
    length = _first_number("max_seq_length", values)
    return int(length) if length and length >= 1 else None


def _first_number(name: str, *sources: Mapping[str, Any]) -> float | None:
    """The first value that is a number. Others are skipped here, and rejected before submission."""
    for values in sources:
        try:
            number = float(values[name])
        except (KeyError, TypeError, ValueError):
            continue
        if math.isfinite(number):
            return number
    return None
