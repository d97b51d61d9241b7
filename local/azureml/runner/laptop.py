"""Where a small model on a laptop departs from what was asked, and the words that say so.

The rates that suit billions of parameters teach a hundred million nothing, and a laptop's hour is worth minutes
of a GPU. So a small base model gets a rate and a number of epochs of its own, and a limit on the tokens it trains on.
"""

import math
from dataclasses import dataclass, replace

from local.azureml.runner.hyperparameters import Hyperparameters

SMALL = 1_000_000_000
"""Parameters under which a model is trained the laptop's way."""

TINY = 10_000_000
"""Parameters under which a model is a test's fixture."""


@dataclass(frozen=True)
class Way:
    """How models of a size are trained here.

    Attributes:
        lora_rate: learning rate of LoRA at a scale (alpha / r) of 1; it falls with the scale's square root.
        full_rate: learning rate where all weights are trained.
        epochs: at least.
        tokens: trained on at most, all epochs together.
    """

    lora_rate: float
    full_rate: float
    epochs: int
    tokens: int


SMALL_WAY = Way(lora_rate=2.8e-3, full_rate=2e-4, epochs=3, tokens=24_000)
"""Its tokens take two cores about a minute and a half."""

TINY_WAY = Way(lora_rate=1.2e-2, full_rate=5e-3, epochs=40, tokens=60_000)

BATCH = 4
"""Chats at a time at least: one at a time wastes half a processor."""

CURVE_POINTS = 40
"""Losses logged at least, so that there is a curve to look at."""


@dataclass(frozen=True)
class Plan:
    """How the training will really be done.

    Attributes:
        epochs: may be less than 1, where the data is more than a laptop can read.
        steps: of the optimiser, in all.
    """

    learning_rate: float
    batch_size: int
    epochs: float
    steps: int
    logging_steps: int
    notes: tuple[str, ...] = ()


def make_plan(asked: Hyperparameters, parameters: int, rows: int, tokens: int) -> Plan:
    """Decide from what was asked, the base model's size, and the training data's rows and tokens."""
    if parameters >= SMALL:
        return _as_asked(asked, rows)
    way = TINY_WAY if parameters < TINY else SMALL_WAY
    batch = max(BATCH, asked.per_device_train_batch_size)
    per_epoch = _steps_per_epoch(asked, batch, rows)
    steps = _small_steps(asked, way, per_epoch, tokens)
    plan = Plan(
        learning_rate=_small_rate(asked, way),
        batch_size=batch,
        epochs=steps / per_epoch,
        steps=steps,
        logging_steps=max(1, min(asked.logging_steps, steps // CURVE_POINTS)),
    )
    return replace(plan, notes=_notes(asked, plan, parameters))


def _as_asked(asked: Hyperparameters, rows: int) -> Plan:
    batch = asked.per_device_train_batch_size
    per_epoch = _steps_per_epoch(asked, batch, rows)
    steps = asked.max_steps if asked.max_steps > 0 else asked.num_train_epochs * per_epoch
    return Plan(asked.learning_rate, batch, steps / per_epoch, steps, asked.logging_steps)


def _steps_per_epoch(asked: Hyperparameters, batch: int, rows: int) -> int:
    return max(1, math.ceil(rows / (batch * asked.gradient_accumulation_steps)))


def _small_rate(asked: Hyperparameters, way: Way) -> float:
    """The laptop's learning rate, unless a higher one was asked for."""
    return max(asked.learning_rate, way.lora_rate / math.sqrt(asked.lora_scale) if asked.apply_lora else way.full_rate)


def _small_steps(asked: Hyperparameters, way: Way, per_epoch: int, tokens: int) -> int:
    """As many as were asked for or the laptop needs, within its limit of tokens."""
    if asked.max_steps > 0:
        return asked.max_steps
    epochs = min(max(asked.num_train_epochs, way.epochs), way.tokens / max(1, tokens))
    return max(1, round(epochs * per_epoch))


def _notes(asked: Hyperparameters, plan: Plan, parameters: int) -> tuple[str, ...]:
    return (
        f"The base model has {parameters / 1e6:.1f} million parameters, so it is trained the laptop's way.",
        f"Learning rate: asked for {asked.learning_rate:g}, used {plan.learning_rate:g}.",
        f"Epochs: asked for {asked.num_train_epochs}, used {plan.epochs:.2g}.",
        f"Batch size: asked for {asked.per_device_train_batch_size}, used {plan.batch_size}.",
    )
