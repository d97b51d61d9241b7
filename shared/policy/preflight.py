"""Checks the base model and the cluster before a job is submitted and costs money."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from shared.core.errors import PreflightError
from shared.models.training import Compute, FoundationModel

_UNSUPPORTED: Final = frozenset({"standard_nc6", "standard_nc12", "standard_nc24", "standard_nc24r"})
"""VM sizes whose GPU (K80) the fine-tuning component does not support."""

_NC: Final = date(2023, 9, 6)
_RETIRED: Final = {
    **dict.fromkeys(("standard_nc6s_v2", "standard_nc12s_v2", "standard_nc24s_v2", "standard_nc24rs_v2"), _NC),
    **dict.fromkeys(("standard_nd6s", "standard_nd12s", "standard_nd24s", "standard_nd24rs"), _NC),
    "standard_nc24rs_v3": date(2025, 3, 31),
    **dict.fromkeys(("standard_nc6s_v3", "standard_nc12s_v3", "standard_nc24s_v3"), date(2025, 9, 30)),
}
"""When Azure retired GPU sizes, from its retirement notices."""


def base_model(name: str, model: FoundationModel | None, now: datetime) -> FoundationModel:
    """``model``, if it can be fine-tuned now.

    Args:
        name: for the message.
        model: ``None``: the registry does not have it.

    Raises:
        PreflightError: the registry does not have it, or its fine-tuning has ended.
    """
    remedy = (
        "Set base_model in tunedrop.yaml to a chat model that can be fine-tuned and upload the file again, "
        "or set TUNEDROP_BASE_MODEL to one and retry the run."
    )
    if model is None:
        raise PreflightError(f"The registry has no base model '{name}'.", remedy)
    if model.finetune_retires is not None and model.finetune_retires <= now:
        raise PreflightError(f"Fine-tuning of {name} ended on {model.finetune_retires:%Y-%m-%d}.", remedy)
    return model


def compute(name: str, computes: Sequence[Compute], model: FoundationModel, now: datetime) -> Compute:
    """The cluster ``name`` of the workspace's ``computes``, if ``model`` can be fine-tuned on it now.

    Raises:
        PreflightError: it cannot; the remedy names clusters or VM sizes that are suitable.
    """
    cluster = next((candidate for candidate in computes if candidate.name == name), None)
    problem = compute_problem(cluster, model, now) if cluster else "is not in the workspace"
    if cluster is None or problem:
        raise PreflightError(f"Cluster '{name}' {problem}.", _alternatives(computes, model, now))
    return cluster


def compute_problem(cluster: Compute, model: FoundationModel, now: datetime) -> str | None:
    """Why ``model`` cannot be fine-tuned on ``cluster``, as the end of a sentence; ``None``: it can."""
    size = cluster.size.casefold()
    allowed = {sku.casefold() for sku in model.finetune_skus}
    if cluster.provisioning_state.casefold() != "succeeded":
        return f"is in state {cluster.provisioning_state}, not Succeeded"
    if size in _UNSUPPORTED:
        return f"has size {cluster.size}, which fine-tuning does not support"
    if retired := _retired(size, now):
        return f"has size {cluster.size}, which Azure retired on {retired:%Y-%m-%d}"
    if allowed and size not in allowed:
        return f"has size {cluster.size}, on which {model.name} cannot be fine-tuned"
    if cluster.gpus < 1:
        return f"has size {cluster.size}, which has no GPU"
    return None


def _retired(size: str, now: datetime) -> date | None:
    end = _RETIRED.get(size)
    return end if end and now.astimezone(UTC).date() > end else None


def _alternatives(computes: Sequence[Compute], model: FoundationModel, now: datetime) -> str:
    suitable = [cluster for cluster in computes if compute_problem(cluster, model, now) is None]
    if suitable:
        names = ", ".join(f"'{cluster.name}' ({cluster.size})" for cluster in suitable)
        return f"Set TUNEDROP_COMPUTE to a suitable cluster, then retry the run: {names}."
    sizes = [size for size in model.finetune_skus if not _retired(size.casefold(), now)]
    wanted = f"of size {' or '.join(sizes)}" if sizes else "with a supported NVIDIA GPU (A100 or newer)"
    return f"No other cluster is suitable. Create one {wanted}, set TUNEDROP_COMPUTE to it, then retry the run."
