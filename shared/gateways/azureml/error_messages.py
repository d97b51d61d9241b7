"""Azure ML's own messages about what failed. The resource manager's answers lack them, so other services are read."""

from collections.abc import Iterator
from typing import Final

from shared.core.errors import NotFoundError
from shared.gateways.azureml.arm import Arm, Json

_MAX_DEPTH: Final = 3
"""A step of a pipeline may be a pipeline too."""


def for_job(arm: Arm, name: str) -> str | None:
    """Why a job failed, from its failed steps or else from the job; ``None``: neither has a message."""
    try:
        details = arm.history(f"runs/{name}/details")
    except NotFoundError:
        return None
    return for_steps(arm, name) or _message(details.get("error"))


def for_steps(arm: Arm, name: str) -> str | None:
    """Why steps of a job failed, whatever the job's own status is; ``None``: none failed."""
    return " ".join(_failed_steps(arm, name, _MAX_DEPTH)) or None


def for_operation(arm: Arm, properties: Json) -> str | None:
    """Why the last operation on an endpoint or deployment failed; ``None``: there is no message.

    Args:
        properties: of the endpoint or deployment; they contain the URL of its last operation.
    """
    user_properties = {key.casefold(): value for key, value in (properties.get("properties") or {}).items()}
    url = user_properties.get("azureasyncoperationuri")
    try:
        return _message(arm.request("GET", url)) if url else None
    except NotFoundError:
        return None


def _failed_steps(arm: Arm, name: str, depth: int) -> Iterator[str]:
    for step in arm.history(f"runs/{name}/children").get("value", []):
        if step.get("status") != "Failed":
            continue
        substeps = list(_failed_steps(arm, step["runId"], depth - 1)) if depth > 1 else []
        step_name = step.get("displayName") or step["runId"]
        yield from substeps or [f"{step_name}: {_message(step.get('error')) or 'failed.'}"]


def _message(body: Json | None) -> str | None:
    """``(code) message`` from ``{"error": {"code", "message", "details": […]}}``, followed by that of each detail."""
    return " ".join(_messages((body or {}).get("error") or {})) or None


def _messages(error: Json) -> Iterator[str]:
    if message := error.get("message"):
        yield f"({error['code']}) {message}" if error.get("code") else message
    for detail in error.get("details") or []:
        yield from _messages(detail)
