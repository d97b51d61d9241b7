"""A model's weights: read for training, given trainable pairs, saved."""

from pathlib import Path
from typing import Any, Final

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, set_seed

from local.azureml.runner.cpu import has_fast_bf16
from local.azureml.runner.folder import copy_model
from local.azureml.runner.hyperparameters import Hyperparameters

SAVED: Final = torch.bfloat16
"""Half the size on disk of float32, and what such models are published in."""


def load(folder: Path, asked: Hyperparameters, threads: int) -> Any:
    """The model ready to train, in the number format that this processor is fastest with.

    Weights that are trained themselves stay float32: bfloat16 would round small updates away.
    Eager attention: on short chats it beat the fused kernel by a sixth on a CPU.
    """
    torch.set_num_threads(threads)
    set_seed(asked.seed)
    dtype = torch.bfloat16 if asked.apply_lora and has_fast_bf16() else torch.float32
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=dtype, attn_implementation="eager", use_safetensors=True, local_files_only=True
    )
    return add_lora(model, asked) if asked.apply_lora else model


def add_lora(model: Any, asked: Hyperparameters) -> Any:
    """The model with its weights frozen and a trainable low-rank pair beside every linear layer.

    The pairs keep the model's number format: casting to float32 and back cost a fifth of the time, for no better loss.
    """
    config = LoraConfig(
        r=asked.lora_r,
        lora_alpha=asked.lora_alpha,
        lora_dropout=asked.lora_dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config, autocast_adapter_dtype=False)


def size(model: Any) -> int:
    """Parameters of the base model, without LoRA's."""
    return sum(tensor.numel() for name, tensor in model.named_parameters() if ".lora_" not in name)


def save(model: Any, base: Path, target: Path, asked: Hyperparameters) -> None:
    """Save one plain model; or, where LoRA is not to be merged, the base model with the pairs in ``adapter/``."""
    if asked.apply_lora and not asked.merge_lora_weights:
        copy_model(base, target)
        model.save_pretrained(target / "adapter")
        return
    merged = model.merge_and_unload() if asked.apply_lora else model
    merged.to(SAVED).save_pretrained(target)
    PreTrainedTokenizerFast.from_pretrained(base).save_pretrained(target)
