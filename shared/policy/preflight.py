"""Whether a job can be submitted as asked: the cluster and the base model, before any money is spent."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from shared.core.errors import PreflightError
from shared.models.training import Compute, FoundationModel

UNSUPPORTED: Final = frozenset({"standard_nc6", "standard_nc12", "standard_nc24", "standard_nc24r"})
"""Sizes whose GPU (K80) the fine-tuning component does not support."""

_NC: Final = date(2023, 9, 6)
RETIRED: Final = {
    **dict.fromkeys(("standard_nc6s_v2", "standard_nc12s_v2", "standard_nc24s_v2", "standard_nc24rs_v2"), _NC),
    **dict.fromkeys(("standard_nd6s", "standard_nd12s", "standard_nd24s", "standard_nd24rs"), _NC),
    "standard_nc24rs_v3": date(2025, 3, 31),
    **dict.fromkeys(("standard_nc6s_v3", "standard_nc12s_v3", "standard_nc24s_v3"), date(2025, 9, 30)),
}
"""When Azure took GPU sizes out of service (Azure's retirement notices)."""


def base_model(name: str, found: FoundationModel | None, now: datetime) -> FoundationModel:
    """The base model, if it can be fine-tuned now.

    Raises:
        PreflightError: it is not in the registry, or fine-tuning of it has been retired.
    """
    remedy = "Set base_model in tunedrop.yaml, or TUNEDROP_BASE_MODEL, to a chat model that can be fine-tuned."
    if found is None:
        raise PreflightError(f"The registry has no base model '{name}'.", remedy)
    if found.finetune_retires is not None and found.finetune_retires <= now:
        raise PreflightError(f"Fine-tuning of {name} ended on {found.finetune_retires:%Y-%m-%d}.", remedy)
    return found


def compute(name: str, computes: Sequence[Compute], model: FoundationModel, now: datetime) -> Compute:
    """The cluster ``name`` out of the workspace's ``computes``, if ``model`` can be fine-tuned on it now.

    Raises:
        PreflightError: it cannot; the message names clusters and sizes that would do.
    """
    found = next((one for one in computes if one.name == name), None)
    why = fault(found, model, now) if found else "is not in the workspace"
    if found is None or why:
        raise PreflightError(f"Cluster '{name}' {why}.", _alternatives(computes, model, now))
    return found


def fault(cluster: Compute, model: FoundationModel, now: datetime) -> str | None:
    """Why ``model`` cannot be fine-tuned on ``cluster``, as the end of a sentence; ``None``: it can."""
    size = cluster.size.casefold()
    allowed = {one.casefold() for one in model.finetune_skus}
    if cluster.provisioning_state.casefold() != "succeeded":
        return f"is in state {cluster.provisioning_state}, not Succeeded"
    if size in UNSUPPORTED:
        return f"has size {cluster.size}, which fine-tuning does not support"
    if gone := _retired(size, now):
        return f"has size {cluster.size}, which Azure retired on {gone:%Y-%m-%d}"
    if allowed and size not in allowed:
        return f"has size {cluster.size}, on which {model.name} cannot be fine-tuned"
    if cluster.gpus < 1:
        return f"has size {cluster.size}, which has no GPU"
    return None


def _retired(size: str, now: datetime) -> date | None:
    end = RETIRED.get(size)
    return end if end and now.astimezone(UTC).date() > end else None


def _alternatives(computes: Sequence[Compute], model: FoundationModel, now: datetime) -> str:
    fit = [f"'{one.name}' ({one.size})" for one in computes if fault(one, model, now) is None]
    if fit:
        return f"Set TUNEDROP_COMPUTE to one that will do: {', '.join(fit)}."
    sizes = [size for size in model.finetune_skus if not _retired(size.casefold(), now)]
    if sizes:
        return f"No other cluster will do either: create one of size {', '.join(sizes)}."
    return "No other cluster will do either: create one with a supported NVIDIA GPU (A100 or newer)."
