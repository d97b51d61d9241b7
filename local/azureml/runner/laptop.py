"""How a small model is trained on a laptop, where that differs from what was requested.

With the learning rates that suit billions of parameters, a model of a hundred million learns nothing, and a laptop is
far slower than a GPU. So a small base model gets its own learning rate, number of epochs and limit of tokens. The log
says what was requested and what is used.
"""

import math
from dataclasses import dataclass, replace

from local.azureml.runner.hyperparameters import Hyperparameters

SMALL = 1_000_000_000
"""A model with fewer parameters is trained with a laptop's recipe."""

TINY = 10_000_000
"""A model with fewer parameters is a test's fixture."""


@dataclass(frozen=True)
class Recipe:
    """How models of a certain size are trained.

    Attributes:
        lora_rate: learning rate of LoRA at a scale (alpha / r) of 1; it falls with the square root of the scale.
        full_rate: learning rate if all weights are trained.
        epochs: minimum number of epochs.
        tokens: maximum number of tokens in all epochs together.
    """

    lora_rate: float
    full_rate: float
    epochs: int
    tokens: int


SMALL_RECIPE = Recipe(lora_rate=2.8e-3, full_rate=2e-4, epochs=3, tokens=24_000)
"""Its tokens take about a minute and a half on two cores."""

TINY_RECIPE = Recipe(lora_rate=1.2e-2, full_rate=5e-3, epochs=40, tokens=60_000)

BATCH = 4
"""Minimum batch size in chats: single chats use half of a processor."""

CURVE_POINTS = 40
"""Minimum number of logged losses, so that there is a curve to look at."""


@dataclass(frozen=True)
class Plan:
    """How the training is done.

    Attributes:
        epochs: number of epochs; less than 1 if there is more data than the limit of tokens.
        steps: number of the optimiser's steps.
        notes: sentences on what differs from the request.
    """

    learning_rate: float
    batch_size: int
    epochs: float
    steps: int
    logging_steps: int
    notes: tuple[str, ...] = ()


def make_plan(requested: Hyperparameters, parameters: int, rows: int, tokens: int) -> Plan:
    """Make a plan from the request, the base model's number of parameters, and the training data's rows and tokens."""
    if parameters >= SMALL:
        return _as_requested(requested, rows)
    recipe = TINY_RECIPE if parameters < TINY else SMALL_RECIPE
    batch = max(BATCH, requested.per_device_train_batch_size)
    per_epoch = _steps_per_epoch(requested, batch, rows)
    steps = _small_steps(requested, recipe, per_epoch, tokens)
    plan = Plan(
        learning_rate=_small_rate(requested, recipe),
        batch_size=batch,
        epochs=steps / per_epoch,
        steps=steps,
        logging_steps=max(1, min(requested.logging_steps, steps // CURVE_POINTS)),
    )
    return replace(plan, notes=_notes(requested, plan, parameters))


def _as_requested(requested: Hyperparameters, rows: int) -> Plan:
    batch = requested.per_device_train_batch_size
    per_epoch = _steps_per_epoch(requested, batch, rows)
    steps = requested.max_steps if requested.max_steps > 0 else requested.num_train_epochs * per_epoch
    return Plan(requested.learning_rate, batch, steps / per_epoch, steps, requested.logging_steps)


def _steps_per_epoch(requested: Hyperparameters, batch: int, rows: int) -> int:
    return max(1, math.ceil(rows / (batch * requested.gradient_accumulation_steps)))


def _small_rate(requested: Hyperparameters, recipe: Recipe) -> float:
    """The recipe's learning rate, or the requested one if that is higher."""
    lora_rate = recipe.lora_rate / math.sqrt(requested.lora_scale)
    return max(requested.learning_rate, lora_rate if requested.apply_lora else recipe.full_rate)


def _small_steps(requested: Hyperparameters, recipe: Recipe, per_epoch: int, tokens: int) -> int:
    """As many steps as were requested or the recipe needs, within the limit of tokens."""
    if requested.max_steps > 0:
        return requested.max_steps
    epochs = min(max(requested.num_train_epochs, recipe.epochs), recipe.tokens / max(1, tokens))
    return max(1, round(epochs * per_epoch))


def _notes(requested: Hyperparameters, plan: Plan, parameters: int) -> tuple[str, ...]:
    return (
        f"The base model has {parameters / 1e6:.1f} million parameters, so it is trained with a laptop's recipe.",
        f"Learning rate: requested {requested.learning_rate:g}, used {plan.learning_rate:g}.",
        f"Epochs: requested {requested.num_train_epochs}, used {plan.epochs:.2g}.",
        f"Batch size: requested {requested.per_device_train_batch_size}, used {plan.batch_size}.",
    )
