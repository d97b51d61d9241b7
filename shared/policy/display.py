"""The display name of a job, with the settings that distinguish jobs in a list."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from shared.models.config import Scalar
from shared.models.training import Component


def display_name(
    model: str, upload: str, gpus: int, hyperparameters: Mapping[str, Scalar], component: Component
) -> str:
    """``{model}-{dataset}-bs{batch}-{scheduler}-{deepspeed}-{lora}-save_limit{n}-seqlen{n}``, as in the lesson.

    ``bs`` is the number of rows of one optimizer step, over all GPUs of a node. A hyperparameter that is not set has
    the component's default.
    """
    values = {name: spec.default for name, spec in component.inputs.items()} | dict(hyperparameters)
    batch = int(values.get("per_device_train_batch_size") or 1) * int(values.get("gradient_accumulation_steps") or 1)
    stage = values.get("deepspeed_stage") or 2
    parts = (
        model,
        PurePosixPath(upload).name.partition(".")[0],
        f"bs{batch * gpus}",
        str(values.get("lr_scheduler_type") or "linear"),
        f"ds{stage}" if _on(values.get("apply_deepspeed")) else "nods",
        "lora" if _on(values.get("apply_lora")) else "nolora",
        f"save_limit{values.get('save_total_limit') or -1}",
        f"seqlen{values.get('max_seq_length') or -1}",
    )
    return "-".join(parts)


def _on(value: Scalar | None) -> bool:
    return str(value).lower() == "true"
