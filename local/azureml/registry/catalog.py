"""What there is from the start: VM sizes, clusters, base models of the registry (``data/*.json``)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_DATA: Final = Path(__file__).parent / "data"

SIZES: Final[Mapping[str, Mapping[str, Any]]] = json.loads((_DATA / "sizes.json").read_text())
"""VM sizes; ``quota`` is the limit of cores for online deployments."""

COMPUTES: Final[Mapping[str, Mapping[str, Any]]] = json.loads((_DATA / "computes.json").read_text())
"""Clusters of the workspace: one that fits, and one for each way not to."""

FOUNDATION_MODELS: Final[Mapping[str, Mapping[str, Any]]] = json.loads((_DATA / "models.json").read_text())
"""Base models, with the tags and the system metadata that a client must read."""


def tags_of(model: Mapping[str, Any]) -> dict[str, str]:
    """A base model's tags as the service has them: text, be it JSON or a Python literal."""
    write = repr if model.get("style") == "literal" else json.dumps
    return {name: value if isinstance(value, str) else write(value) for name, value in model["tags"].items()}
