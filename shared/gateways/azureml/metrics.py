"""Metrics of a job and its children, by the REST calls that MLflow's client would make."""

import math
from typing import Any

from shared.core.errors import NotFoundError
from shared.gateways.azureml.arm import Arm


def latest(arm: Arm, job: str, experiment: str) -> dict[str, float]:
    """Last value of each metric: the children's, then the job's own."""
    found: dict[str, float] = {}
    for run in [*_children(arm, job, experiment), _run(arm, job)]:
        for metric in run.get("data", {}).get("metrics", []):
            value = float(metric["value"])
            if math.isfinite(value):
                found[metric["key"]] = value
    return found


def _run(arm: Arm, job: str) -> dict[str, Any]:
    try:
        return dict(arm.mlflow("GET", "runs/get", {"run_id": job})["run"])
    except NotFoundError:
        return {}


def _children(arm: Arm, job: str, experiment: str) -> list[dict[str, Any]]:
    try:
        named = arm.mlflow("GET", "experiments/get-by-name", {"experiment_name": experiment})
    except NotFoundError:
        return []
    body = {
        "experiment_ids": [named["experiment"]["experiment_id"]],
        "filter": f"tags.mlflow.parentRunId = '{job}'",
        "max_results": 100,
    }
    return list(arm.mlflow("POST", "runs/search", body=body).get("runs", []))
