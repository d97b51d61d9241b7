"""The identity of what an attempt trains: equal fingerprints mean the same job."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from shared.models.config import ProjectConfig


def fingerprint(data: str, hyperparameters: Mapping[str, Any], component: str, base_model: str) -> str:
    """SHA-256 over the digest of the prepared rows, hyperparameters, component and base model (registry ids)."""
    return _digest(
        {"data": data, "hyperparameters": dict(hyperparameters), "component": component, "base_model": base_model}
    )


def config_sha256(config: ProjectConfig) -> str:
    """SHA-256 of a project's whole configuration, for the ``config-sha256`` tag."""
    return _digest(config.model_dump(mode="json"))


def _digest(value: Mapping[str, Any]) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
