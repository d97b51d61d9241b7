"""VM sizes, clusters, and base models of the registry, read from ``data/*.json``."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_DATA: Final = Path(__file__).parent / "data"

SIZES: Final[Mapping[str, Mapping[str, Any]]] = json.loads((_DATA / "sizes.json").read_text())
"""VM sizes; ``quota`` is the number of cores that online deployments may use."""

COMPUTES: Final[Mapping[str, Mapping[str, Any]]] = json.loads((_DATA / "computes.json").read_text())
"""Clusters of the workspace: one that suits fine-tuning, and one for each reason why a cluster does not."""

FOUNDATION_MODELS: Final[Mapping[str, Mapping[str, Any]]] = json.loads((_DATA / "models.json").read_text())
"""Base models with their tags and system metadata."""


def tags_of(model: Mapping[str, Any]) -> dict[str, str]:
    """A base model's tags as the service stores them: text, in JSON or as Python literals."""
    write = repr if model.get("style") == "literal" else json.dumps
    return {name: value if isinstance(value, str) else write(value) for name, value in model["tags"].items()}
