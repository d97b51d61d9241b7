"""Explains failures of Azure ML in plain words, with a safe next step, from the catalogue ``failures.yaml``."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from shared.models.config import Scalar
from shared.models.failure import Failure

_CATALOGUE: Final = Path(__file__).parent / "failures.yaml"
_BATCH: Final = "per_device_train_batch_size"
_ACCUMULATION: Final = "gradient_accumulation_steps"


@cache
def catalogue() -> tuple[Failure, ...]:
    """All known failures. Where several match a message, the first one explains it."""
    import yaml

    return tuple(Failure.model_validate(entry) for entry in yaml.safe_load(_CATALOGUE.read_text(encoding="utf-8")))


def failure(azure_message: str) -> Failure | None:
    """The catalogue's entry for Azure's message; ``None``: no entry matches."""
    return next((entry for entry in catalogue() if _matches(entry, azure_message)), None)


def _matches(entry: Failure, azure_message: str) -> bool:
    return any(re.search(pattern, azure_message, re.IGNORECASE) for pattern in entry.patterns)


def with_half_the_batch(hyperparameters: Mapping[str, Scalar]) -> dict[str, Scalar] | None:
    """Hyperparameters for the same rows per optimizer step in less memory; ``None``: the batch is one row already."""
    batch = int(hyperparameters.get(_BATCH) or 1)
    accumulation = int(hyperparameters.get(_ACCUMULATION) or 1)
    return {_BATCH: batch // 2, _ACCUMULATION: accumulation * 2} if batch > 1 else None
