"""The fingerprint of what an attempt trains: jobs with equal fingerprints are the same job."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from shared.models.config import ProjectConfig, Scalar


def fingerprint(data: str, hyperparameters: Mapping[str, Scalar], component: str, base_model: str) -> str:
    """SHA-256, in hex, of everything that defines a job.

    Args:
        data: digest of the prepared rows.
        component: registry id.
        base_model: registry id.
    """
    return _digest(
        {"data": data, "hyperparameters": dict(hyperparameters), "component": component, "base_model": base_model}
    )


def config_sha256(config: ProjectConfig) -> str:
    """SHA-256, in hex, of a project's whole configuration, for the tag ``config-sha256``."""
    return _digest(config.model_dump(mode="json"))


def _digest(value: Mapping[str, Any]) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
