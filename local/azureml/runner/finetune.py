"""Step 3: train the model on the assistant's turns, with LoRA if requested, and save it."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.azureml.runner.hyperparameters import Hyperparameters
from local.azureml.runner.laptop import Plan, make_plan
from local.azureml.runner.metrics import MetricLog
from local.azureml.runner.spec import Spec

Row = dict[str, list[int]]


@dataclass(frozen=True)
class Data:
    """The tokenised splits that training reads."""

    train: list[Row]
    validation: list[Row]

    @property
    def tokens(self) -> int:
        """Number of training tokens in one epoch."""
        return sum(len(row["input_ids"]) for row in self.train)


def run(spec: Spec, metrics: MetricLog) -> None:
    """Train, and save weights (merged if requested) and tokenizer into the output ``finetuned_dir``.

    The heavy libraries are imported after all inputs have been checked.

    Raises:
        StepError: an input is missing or wrong.
    """
    requested = Hyperparameters.parse(spec.inputs)
    base, data = spec.path("model_dir"), read_data(spec.path("preprocess_dir"))
    from local.azureml.runner import weights
    from local.azureml.runner.trainer import train

    model = weights.load(base, requested, spec.threads)
    plan = make_plan(requested, weights.size(model), len(data.train), data.tokens)
    _report(requested, plan, model, data, metrics)
    started = time.monotonic()
    train(model, data.train, data.validation, requested, plan, metrics, spec.run_dir)
    metrics.write({"train_seconds": round(time.monotonic() - started, 1)}, plan.steps)
    weights.save(model, base, spec.output("finetuned_dir"), requested)


def read_data(folder: Path) -> Data:
    """The splits that preprocess wrote, without the test rows, which are for evaluation."""
    return Data(_read(folder / "train.jsonl"), _read(folder / "validation.jsonl"))


def _read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _report(requested: Hyperparameters, plan: Plan, model: Any, data: Data, metrics: MetricLog) -> None:
    """Log what was requested and what is used, before the first step."""
    trainable = sum(tensor.numel() for tensor in model.parameters() if tensor.requires_grad)
    print(f"{len(data.train)} chats, {data.tokens} tokens; {trainable} trainable parameters, in {model.dtype}.")
    print("\n".join(plan.notes), flush=True)
    metrics.write({"requested_learning_rate": requested.learning_rate, "requested_epochs": requested.num_train_epochs})
    metrics.write({"trainable_parameters": trainable, "train_rows": len(data.train), "epoch_tokens": data.tokens})
    if plan.notes:
        metrics.write({"local_learning_rate": plan.learning_rate, "local_epochs": round(plan.epochs, 3)})
        metrics.write({"local_batch_size": plan.batch_size})
