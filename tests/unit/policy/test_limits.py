"""Epochs, the longest row, and the base model's context window."""

from typing import Any

import pytest

from shared.models.config import ProjectConfig
from shared.models.training import FoundationModel
from shared.policy import limits
from shared.policy.hyperparameters import APP_DEFAULTS


def model(window: int | None = 4096, **defaults: Any) -> FoundationModel:
    return FoundationModel(
        id="m", name="Phi-4", version="1", finetune_skus=[], defaults=defaults, context_window=window
    )


def config(**hyperparameters: Any) -> ProjectConfig:
    return ProjectConfig(hyperparameters=hyperparameters)


@pytest.mark.parametrize(
    ("users", "models", "expected"),
    [
        (2, 5, 2),
        ("2.5", 5, 2.5),
        (None, 5, 5),
        (None, "5", 5),
        (None, None, APP_DEFAULTS["num_train_epochs"]),
        ("many", 5, 5),
        ("nan", [], APP_DEFAULTS["num_train_epochs"]),
        (-1, 5, 0),
    ],
)
def test_epochs_are_the_users_else_the_models_else_the_apps(users: Any, models: Any, expected: float) -> None:
    settings = config(num_train_epochs=users) if users is not None else config()
    assert limits.epochs(settings, model(num_train_epochs=models)) == expected


def test_epochs_of_an_unknown_model_are_the_apps() -> None:
    assert limits.epochs(config(), None) == APP_DEFAULTS["num_train_epochs"]


@pytest.mark.parametrize(
    ("users", "models", "window", "expected"),
    [
        (512, 1024, 4096, 512),
        (None, 1024, 4096, 1024),
        (None, None, 4096, 4096),
        (-1, -1, 4096, 4096),
        (None, None, None, None),
    ],
)
def test_the_longest_row_is_the_users_else_the_models_else_its_context_window(
    users: int | None, models: int | None, window: int | None, expected: int | None
) -> None:
    settings = config(max_seq_length=users) if users is not None else config()
    assert limits.max_seq_length(settings, model(window, max_seq_length=models)) == expected


def test_without_a_model_only_the_users_length_is_known() -> None:
    assert limits.max_seq_length(config(max_seq_length=512), None) == 512
    assert limits.max_seq_length(config(), None) is None


@pytest.mark.parametrize(
    ("length", "window", "is_problem"), [(8192, 4096, True), (4096, 4096, False), (8192, None, False)]
)
def test_a_length_over_the_context_window_is_a_problem_with_both_figures(
    length: int, window: int | None, is_problem: bool
) -> None:
    problem = limits.context_window_problem(config(max_seq_length=length), model(window))
    assert problem == ("max_seq_length is 8,192, but Phi-4 takes 4,096 tokens at most." if is_problem else None)


def test_the_context_window_of_an_unknown_model_is_unknown() -> None:
    assert limits.context_window_problem(config(max_seq_length=8192), None) is None
