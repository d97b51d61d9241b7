"""Why Azure ML failed, in plain words, and what is safe to do next: looked up in a catalogue kept as data."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from shared.models.config import Scalar
from shared.models.failure import Failure

_CATALOGUE: Final = Path(__file__).parent / "failures.yaml"
_BATCH: Final = "per_device_train_batch_size"
_ACCUMULATION: Final = "gradient_accumulation_steps"


@cache
def catalogue() -> tuple[Failure, ...]:
    """Every known failure; where several fit, the first explains."""
    import yaml

    return tuple(Failure.model_validate(entry) for entry in yaml.safe_load(_CATALOGUE.read_text(encoding="utf-8")))


def failure(azure_message: str) -> Failure | None:
    """The failure behind what Azure azure_message; ``None``: it is not in the catalogue."""
    return next((one for one in catalogue() if _fits(one, azure_message)), None)


def _fits(one: Failure, azure_message: str) -> bool:
    return any(re.search(pattern, azure_message, re.IGNORECASE) for pattern in one.patterns)


def with_half_the_batch(hyperparameters: Mapping[str, Any]) -> dict[str, Scalar] | None:
    """What to set so that an optimizer step sees as many rows in less memory; ``None``: one row is the least."""
    batch = int(hyperparameters.get(_BATCH) or 1)
    accumulation = int(hyperparameters.get(_ACCUMULATION) or 1)
    return {_BATCH: batch // 2, _ACCUMULATION: accumulation * 2} if batch > 1 else None
