"""A model's weights: loaded for training, extended with LoRA, and saved."""

from pathlib import Path
from typing import Any, Final

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, set_seed

from local.azureml.runner.cpu import has_fast_bf16
from local.azureml.runner.folder import copy_model
from local.azureml.runner.hyperparameters import Hyperparameters

SAVED: Final = torch.bfloat16
"""Half the size of float32 on disk, and the format in which such models are published."""


def load(folder: Path, requested: Hyperparameters, threads: int) -> Any:
    """Load the model for training, in the number format that this processor is fastest with.

    Without LoRA the weights stay float32, since bfloat16 would round small updates to nothing. Attention is eager: on
    short chats on a CPU it was a sixth faster than the fused kernel.
    """
    torch.set_num_threads(threads)
    set_seed(requested.seed)
    dtype = torch.bfloat16 if requested.apply_lora and has_fast_bf16() else torch.float32
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=dtype, attn_implementation="eager", use_safetensors=True, local_files_only=True
    )
    return add_lora(model, requested) if requested.apply_lora else model


def add_lora(model: Any, requested: Hyperparameters) -> Any:
    """The model with frozen weights and a trainable low-rank pair (LoRA) beside every linear layer.

    The pairs keep the model's number format: casting to float32 and back took a fifth of the time and gave no better
    loss.
    """
    config = LoraConfig(
        r=requested.lora_r,
        lora_alpha=requested.lora_alpha,
        lora_dropout=requested.lora_dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config, autocast_adapter_dtype=False)


def size(model: Any) -> int:
    """Number of the base model's parameters, without LoRA's."""
    return sum(tensor.numel() for name, tensor in model.named_parameters() if ".lora_" not in name)


def save(model: Any, base: Path, target: Path, requested: Hyperparameters) -> None:
    """Save the model; if LoRA is not to be merged, the base model with LoRA's pairs in ``adapter/``."""
    if requested.apply_lora and not requested.merge_lora_weights:
        copy_model(base, target)
        model.save_pretrained(target / "adapter")
        return
    merged = model.merge_and_unload() if requested.apply_lora else model
    merged.to(SAVED).save_pretrained(target)
    PreTrainedTokenizerFast.from_pretrained(base).save_pretrained(target)
