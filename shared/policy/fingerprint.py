"""The identity of what an attempt trains: equal fingerprints mean the same job."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from shared.models.config import ProjectConfig, SplitConfig


def fingerprint(
    data_sha256: str, hyperparameters: Mapping[str, Any], split: SplitConfig, component: str, base_model: str
) -> str:
    """SHA-256 over the upload's bytes, the settings that shape training, component and base model (registry ids)."""
    return _digest(
        {
            "data": data_sha256,
            "hyperparameters": dict(hyperparameters),
            "split": split.model_dump(mode="json"),
            "component": component,
            "base_model": base_model,
        }
    )


def config_sha256(config: ProjectConfig) -> str:
    """SHA-256 of a project's whole configuration, for the ``config-sha256`` tag."""
    return _digest(config.model_dump(mode="json"))


def _digest(value: Mapping[str, Any]) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
