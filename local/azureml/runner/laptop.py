"""Where a small model on a laptop departs from what was asked, and the words that say so.

The rates that suit billions of parameters teach a hundred million nothing, and a laptop's hour is worth minutes
of a GPU. So a small base model gets a rate and a number of epochs of its own, and a limit on the tokens it trains on.
"""

from dataclasses import dataclass

from local.azureml.runner.hyperparameters import Hyperparameters

SMALL = 1_000_000_000
"""Parameters under which a model is trained the laptop's way."""

TINY = 10_000_000
"""Parameters under which a model is a test's fixture, that learns only at still higher rates."""

LORA_RATE = 4e-3
"""Learning rate of LoRA at a scale (alpha / r) of 1; a larger scale needs a smaller one."""

FULL_RATE = 2e-4
TINY_FACTOR = 5.0
EPOCHS = 4
TINY_EPOCHS = 12
TOKENS = 24_000
"""Trained on at most, all epochs together: about a minute and a half of two cores."""

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
    epochs: float
    steps: int
    logging_steps: int
    notes: tuple[str, ...] = ()


def make_plan(asked: Hyperparameters, parameters: int, rows: int, tokens: int) -> Plan:
    """Decide from what was asked, the base model's size, and the training data's rows and tokens."""
    steps_per_epoch = max(1, -(-rows // asked.rows_per_update))
    if parameters >= SMALL:
        steps = asked.max_steps if asked.max_steps > 0 else asked.num_train_epochs * steps_per_epoch
        return Plan(asked.learning_rate, steps / steps_per_epoch, steps, asked.logging_steps)
    steps = _small_steps(asked, parameters, steps_per_epoch, tokens)
    rate, epochs = small_rate(asked, parameters), steps / steps_per_epoch
    logging_steps = max(1, min(asked.logging_steps, steps // CURVE_POINTS))
    return Plan(rate, epochs, steps, logging_steps, _notes(asked, parameters, rate, epochs))


def small_rate(asked: Hyperparameters, parameters: int) -> float:
    """The laptop's learning rate, unless a higher one was asked for."""
    rate = LORA_RATE / asked.lora_scale if asked.apply_lora else FULL_RATE
    return max(asked.learning_rate, rate * (TINY_FACTOR if parameters < TINY else 1.0))


def _small_steps(asked: Hyperparameters, parameters: int, steps_per_epoch: int, tokens: int) -> int:
    """As many as were asked for or the laptop needs, within its limit of tokens."""
    if asked.max_steps > 0:
        return asked.max_steps
    epochs = max(asked.num_train_epochs, TINY_EPOCHS if parameters < TINY else EPOCHS)
    limit = TOKENS * (TINY_EPOCHS if parameters < TINY else 1) / max(1, tokens)
    return max(1, round(min(epochs, limit) * steps_per_epoch))


def _notes(asked: Hyperparameters, parameters: int, rate: float, epochs: float) -> tuple[str, ...]:
    return (
        f"The base model has {parameters / 1e6:.1f} million parameters, so it is trained the laptop's way.",
        f"Learning rate: asked for {asked.learning_rate:g}, used {rate:g}.",
        f"Epochs: asked for {asked.num_train_epochs}, used {epochs:.2g}.",
    )
