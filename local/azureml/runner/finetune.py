"""Step 3: train the model on the assistant's turns, with LoRA where asked, and save it whole."""

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
        """Of one epoch."""
        return sum(len(row["input_ids"]) for row in self.train)


def run(spec: Spec, metrics: MetricLog) -> None:
    """Train, and save weights (merged where asked) and tokenizer into the output ``finetuned_dir``.

    The heavy libraries are imported only after everything asked for was found to be possible.
    """
    asked = Hyperparameters.parse(spec.inputs)
    base, data = spec.path("model_dir"), read_data(spec.path("preprocess_dir"))
    from local.azureml.runner import weights
    from local.azureml.runner.trainer import train

    model = weights.load(base, asked, spec.threads)
    plan = make_plan(asked, weights.size(model), len(data.train), data.tokens)
    _report(asked, plan, model, data, metrics)
    started = time.monotonic()
    train(model, data.train, data.validation, asked, plan, metrics, spec.run_dir)
    metrics.write({"train_seconds": round(time.monotonic() - started, 1)}, plan.steps)
    weights.save(model, base, spec.output("finetuned_dir"), asked)


def read_data(folder: Path) -> Data:
    """The splits that preprocess wrote; the test rows are for whoever evaluates, not for training."""
    return Data(_read(folder / "train.jsonl"), _read(folder / "validation.jsonl"))


def _read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _report(asked: Hyperparameters, plan: Plan, model: Any, data: Data, metrics: MetricLog) -> None:
    """Write down what was asked and what is used, before the first step."""
    trainable = sum(tensor.numel() for tensor in model.parameters() if tensor.requires_grad)
    print(f"{len(data.train)} chats, {data.tokens} tokens; {trainable} parameters to train, in {model.dtype}.")
    print("\n".join(plan.notes), flush=True)
    metrics.write({"asked_learning_rate": asked.learning_rate, "asked_epochs": asked.num_train_epochs})
    metrics.write({"trainable_parameters": trainable, "train_rows": len(data.train), "epoch_tokens": data.tokens})
    if plan.notes:
        metrics.write({"local_learning_rate": plan.learning_rate, "local_epochs": round(plan.epochs, 3)})
        metrics.write({"local_batch_size": plan.batch_size})
