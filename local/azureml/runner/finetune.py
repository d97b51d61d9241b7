"""Step 3: train the model on the assistant's turns, with LoRA where asked, and save it whole."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, set_seed

from local.azureml.runner.cpu import has_fast_bf16
from local.azureml.runner.folder import copy_model
from local.azureml.runner.hyperparameters import Hyperparameters
from local.azureml.runner.laptop import Plan, make_plan
from local.azureml.runner.metrics import MetricLog
from local.azureml.runner.spec import Spec
from local.azureml.runner.trainer import train

Row = dict[str, list[int]]


@dataclass(frozen=True)
class Data:
    """The tokenised splits that training reads."""

    train: list[Row]
    validation: list[Row]

    @property
    def tokens(self) -> int:
        """Of one epoch."""
        return sum(len(row["input_ids"]) for row in self.train)


def run(spec: Spec, metrics: MetricLog) -> None:
    """Train, and save weights (merged where asked) and tokenizer into the output ``finetuned_dir``."""
    asked = Hyperparameters.parse(spec.inputs)
    model_dir = spec.path("model_dir")
    data = read_data(spec.path("preprocess_dir"))
    torch.set_num_threads(spec.threads)
    set_seed(asked.seed)
    model = load(model_dir)
    plan = make_plan(asked, model.num_parameters(), len(data.train), data.tokens)
    if asked.apply_lora:
        model = add_lora(model, asked)
    _report(asked, plan, model, data, metrics)
    started = time.monotonic()
    train(model, data.train, data.validation, asked, plan, metrics, spec.run_dir)
    metrics.write({"train_seconds": round(time.monotonic() - started, 1)}, plan.steps)
    save(model, model_dir, spec.output("finetuned_dir"), asked)


def read_data(folder: Path) -> Data:
    """The splits that preprocess wrote; the test rows are for whoever evaluates, not for training."""
    return Data(_read(folder / "train.jsonl"), _read(folder / "validation.jsonl"))


def _read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def load(folder: Path) -> Any:
    """The base model, in the number format that this processor is fastest with.

    Eager attention: on short chats it beat the fused kernel by a sixth on a CPU.
    """
    dtype = torch.bfloat16 if has_fast_bf16() else torch.float32
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=dtype, attn_implementation="eager", use_safetensors=True, local_files_only=True
    )


def add_lora(model: Any, asked: Hyperparameters) -> Any:
    """The model with its weights frozen and a trainable low-rank pair beside every linear layer."""
    config = LoraConfig(
        r=asked.lora_r,
        lora_alpha=asked.lora_alpha,
        lora_dropout=asked.lora_dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


def _report(asked: Hyperparameters, plan: Plan, model: Any, data: Data, metrics: MetricLog) -> None:
    """Write down what was asked and what is used, before the first step."""
    trainable = sum(weights.numel() for weights in model.parameters() if weights.requires_grad)
    print(f"{len(data.train)} chats, {data.tokens} tokens; {trainable} parameters to train in {model.dtype}.")
    for note in plan.notes:
        print(note)
    metrics.write({"asked_learning_rate": asked.learning_rate, "asked_epochs": asked.num_train_epochs})
    metrics.write({"trainable_parameters": trainable, "train_rows": len(data.train), "epoch_tokens": data.tokens})
    if plan.notes:
        metrics.write({"local_learning_rate": plan.learning_rate, "local_epochs": round(plan.epochs, 3)})


def save(model: Any, base: Path, target: Path, asked: Hyperparameters) -> None:
    """Save one plain model; or, where LoRA is not to be merged, the base model with the pair in ``adapter/``."""
    if asked.apply_lora and not asked.merge_lora_weights:
        copy_model(base, target)
        model.save_pretrained(target / "adapter")
        return
    merged = model.merge_and_unload() if asked.apply_lora else model
    merged.save_pretrained(target)
    PreTrainedTokenizerFast.from_pretrained(base).save_pretrained(target)
