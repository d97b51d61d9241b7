"""What a run would train with, as far as its settings and its base model tell, and what is too much for that model."""

import math
from collections.abc import Mapping
from typing import Any

from shared.models.config import ProjectConfig
from shared.models.training import FoundationModel
from shared.policy.hyperparameters import APP_DEFAULTS


def epochs(config: ProjectConfig, model: FoundationModel | None) -> float:
    """Times that each row is trained on: the user's wish, else the model's default, else the app's."""
    asked = _first("num_train_epochs", config.hyperparameters, model.defaults if model else {}, APP_DEFAULTS)
    return max(asked or 0.0, 0.0)


def max_seq_length(config: ProjectConfig, model: FoundationModel | None) -> int | None:
    """Tokens of the longest row that is trained on whole; ``None``: not known."""
    if model is None:
        return _length(config.hyperparameters)
    return _length(config.hyperparameters) or _length(model.defaults) or model.context_window


def context_window_problem(config: ProjectConfig, model: FoundationModel | None) -> str | None:
    """Why ``max_seq_length`` cannot be had, a sentence with the figures; ``None``: it can, as far as is known."""
    asked = _length(config.hyperparameters)
    if asked and model and model.context_window and asked > model.context_window:
        return f"max_seq_length is {asked:,}, and {model.name} takes {model.context_window:,} tokens at most."
    return None


def _length(values: Mapping[str, Any]) -> int | None:
    """``max_seq_length``; the component takes one below 1 as the model's own."""
    found = _first("max_seq_length", values)
    return int(found) if found and found >= 1 else None


def _first(name: str, *suggested: Mapping[str, Any]) -> float | None:
    """The first of the values that is a number; what is none is refused before submission."""
    for values in suggested:
        try:
            number = float(values[name])
        except (KeyError, TypeError, ValueError):
            continue
        if math.isfinite(number):
            return number
    return None
