"""What VM sizes cost, and how many GPUs they have. Source: ``prices.json``, which states its own date."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_TABLE: Final[dict[str, Any]] = json.loads((Path(__file__).parent / "prices.json").read_text())

PRICED_ON: Final[str] = _TABLE["priced_on"]
"""When the prices were written down (ISO date)."""
SOURCE: Final[str] = _TABLE["source"]
STARTUP_HOURS: Final[float] = _TABLE["training"]["startup_hours"]
"""Assumed: a node starts, images are pulled, the model is imported and converted."""
TOKENS_PER_SECOND: Final[float] = _TABLE["training"]["tokens_per_second_per_gpu"]
"""Assumed: LoRA training of a model of about 14 billion parameters on one A100."""


@dataclass(frozen=True)
class Size:
    """A priced VM size."""

    name: str
    gpus: int
    usd_per_hour: float


_SIZES: Final = {name.casefold(): Size(name, **facts) for name, facts in _TABLE["sizes"].items()}


def size(name: str) -> Size | None:
    """The priced size called ``name``, in whatever case; ``None``: it has no price here."""
    return _SIZES.get(name.casefold())


def usd_per_hour(name: str) -> float | None:
    """List price of a VM size; ``None``: unknown."""
    known = size(name)
    return known.usd_per_hour if known else None
