"""Metrics of a job and its children, read with the REST calls of MLflow's client."""

import math

from shared.core.errors import NotFoundError
from shared.gateways.azureml.arm import Arm, Json


def latest(arm: Arm, job: str, experiment: str) -> dict[str, float]:
    """The last value of each metric; the job's own wins over a child's. Values that are not finite are left out."""
    values: dict[str, float] = {}
    for run in [*_children(arm, job, experiment), _run(arm, job)]:
        for metric in run.get("data", {}).get("metrics", []):
            value = float(metric["value"])
            if math.isfinite(value):
                values[metric["key"]] = value
    return values


def _run(arm: Arm, job: str) -> Json:
    try:
        return dict(arm.mlflow("GET", "runs/get", {"run_id": job})["run"])
    except NotFoundError:
        return {}


def _children(arm: Arm, job: str, experiment: str) -> list[Json]:
    try:
        answer = arm.mlflow("GET", "experiments/get-by-name", {"experiment_name": experiment})
    except NotFoundError:
        return []
    body = {
        "experiment_ids": [answer["experiment"]["experiment_id"]],
        "filter": f"tags.mlflow.parentRunId = '{job}'",
        "max_results": 100,
    }
    return list(arm.mlflow("POST", "runs/search", body=body).get("runs", []))
