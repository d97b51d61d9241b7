"""Tags of everything that we create in Azure ML: whose it is, and what it was made from."""

from shared.core.naming import MANAGED_BY, OURS
from shared.models.run import Run
from shared.policy.fingerprint import config_sha256


def of_project(project: str) -> dict[str, str]:
    """Tags of the endpoint, which outlives a run."""
    return {MANAGED_BY: OURS, "project": project}


def of_attempt(run: Run) -> dict[str, str]:
    """Tags of the job, the model and the deployment of the run's present attempt."""
    return {
        **of_project(run.project),
        "run": run.run_id,
        "attempt": str(run.attempt),
        "data-sha256": run.upload.sha256 or "",
        "config-sha256": config_sha256(run.config),
    }
