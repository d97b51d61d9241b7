"""Why Azure ML says that something failed. The resource manager's answers don't tell; these places do."""

from collections.abc import Iterator
from typing import Final

from shared.core.errors import NotFoundError
from shared.gateways.azureml.arm import Arm, Json

_DEEPEST: Final = 3
"""A pipeline's step may be a pipeline."""


def for_job(arm: Arm, name: str) -> str | None:
    """Why a job failed: its failed steps know best; ``None``: nobody says."""
    try:
        details = arm.history(f"runs/{name}/details")
    except NotFoundError:
        return None
    return for_steps(arm, name) or _said(details.get("error"))


def for_steps(arm: Arm, name: str) -> str | None:
    """Why steps of a job failed, whatever the job itself says; ``None``: none failed."""
    return " ".join(_failed_steps(arm, name, _DEEPEST)) or None


def for_operation(arm: Arm, properties: Json) -> str | None:
    """Why the last operation on an endpoint or deployment failed, by its own ``properties``."""
    told = {key.casefold(): value for key, value in (properties.get("properties") or {}).items()}
    address = told.get("azureasyncoperationuri")
    try:
        return _said(arm.request("GET", address)) if address else None
    except NotFoundError:
        return None


def _failed_steps(arm: Arm, name: str, depth: int) -> Iterator[str]:
    for step in arm.history(f"runs/{name}/children").get("value", []):
        if step.get("status") != "Failed":
            continue
        deeper = list(_failed_steps(arm, step["runId"], depth - 1)) if depth > 1 else []
        yield from deeper or [f"{step.get('displayName') or step['runId']}: {_said(step.get('error')) or 'failed.'}"]


def _said(answer: Json | None) -> str | None:
    """``(code) message`` out of ``{"error": {"code", "message", "details": […]}}``, and of each of its details."""
    return " ".join(_told((answer or {}).get("error") or {})) or None


def _told(error: Json) -> Iterator[str]:
    if message := error.get("message"):
        yield f"({error['code']}) {message}" if error.get("code") else message
    for detail in error.get("details") or []:
        yield from _told(detail)
