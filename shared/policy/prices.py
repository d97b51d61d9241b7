"""Prices and GPUs of VM sizes. Source: ``prices.json``, which states its date."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_PRICES: Final[dict[str, Any]] = json.loads((Path(__file__).parent / "prices.json").read_text())

PRICED_ON: Final[str] = _PRICES["priced_on"]
"""Date of the prices, as ISO 8601."""
SOURCE: Final[str] = _PRICES["source"]
STARTUP_HOURS: Final[float] = _PRICES["training"]["startup_hours"]
"""An assumption: time to start a node, pull images, and import and convert the model."""
TOKENS_PER_SECOND: Final[float] = _PRICES["training"]["tokens_per_second_per_gpu"]
"""An assumption: LoRA training of a model of about 14 billion parameters on one A100."""


@dataclass(frozen=True)
class Size:
    """A priced VM size."""

    name: str
    gpus: int
    usd_per_hour: float


_SIZES: Final = {name.casefold(): Size(name, **facts) for name, facts in _PRICES["sizes"].items()}


def size(name: str) -> Size | None:
    """The VM size called ``name``, in any case; ``None``: its price is unknown."""
    return _SIZES.get(name.casefold())


def usd_per_hour(name: str) -> float | None:
    """List price of a VM size, in US dollars; ``None``: unknown."""
    priced = size(name)
    return priced.usd_per_hour if priced else None
