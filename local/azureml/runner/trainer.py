"""The training loop: transformers' own, with a report of what people watch during a run."""

import time
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from local.azureml.runner.chat import IGNORED
from local.azureml.runner.hyperparameters import Hyperparameters
from local.azureml.runner.laptop import Plan
from local.azureml.runner.metrics import MetricLog

Row = dict[str, list[int]]
REPORTED = ("loss", "eval_loss", "learning_rate", "grad_norm", "epoch")


def train(
    model: Any,
    rows: list[Row],
    validation: list[Row],
    requested: Hyperparameters,
    plan: Plan,
    metrics: MetricLog,
    scratch: Path,
) -> None:
    """Train ``model`` in place, reporting into ``metrics``."""
    trainer = AnswerTrainer(
        model,
        training_arguments(requested, plan, bool(validation), scratch),
        train_dataset=rows,
        eval_dataset=validation or None,
        data_collator=collate,
        callbacks=[Reporter(metrics)],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()


def training_arguments(requested: Hyperparameters, plan: Plan, evaluates: bool, scratch: Path) -> Any:
    """The plan and the requested hyperparameters, as transformers names them."""
    return TrainingArguments(
        output_dir=str(scratch / "trainer"),
        learning_rate=plan.learning_rate,
        max_steps=plan.steps,
        per_device_train_batch_size=plan.batch_size,
        logging_strategy=requested.logging_strategy,
        logging_steps=plan.logging_steps,
        logging_first_step=True,
        eval_strategy=_evaluation_strategy(requested) if evaluates else "no",
        eval_steps=_steps_between_evaluations(requested, plan),
        **{name: getattr(requested, name) for name in _SAME_NAMES},
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
    )


_SAME_NAMES = (
    "lr_scheduler_type", "warmup_steps", "per_device_eval_batch_size", "gradient_accumulation_steps",
    "optim", "weight_decay", "adam_beta1", "adam_beta2", "adam_epsilon", "max_grad_norm", "seed",
)  # fmt: skip


def _evaluation_strategy(requested: Hyperparameters) -> str:
    return "no" if requested.evaluation_strategy == "disable" else requested.evaluation_strategy


def _steps_between_evaluations(requested: Hyperparameters, plan: Plan) -> int:
    """``evaluation_steps_interval`` is a fraction of an epoch, and wins over ``eval_steps``."""
    if not requested.evaluation_steps_interval:
        return requested.eval_steps
    return max(1, round(requested.evaluation_steps_interval * plan.steps / plan.epochs))


def collate(rows: list[Row]) -> dict[str, torch.Tensor]:
    """Rows padded on the right to the length of the longest one. The padding is neither attended to nor learned."""
    length = max(len(row["input_ids"]) for row in rows)
    return {
        "input_ids": _padded([row["input_ids"] for row in rows], length, 0),
        "attention_mask": _padded([[1] * len(row["input_ids"]) for row in rows], length, 0),
        "labels": _padded([row["labels"] for row in rows], length, IGNORED),
    }


def _padded(lists: list[list[int]], length: int, filler: int) -> torch.Tensor:
    return torch.tensor([values + [filler] * (length - len(values)) for values in lists])


class AnswerTrainer(Trainer):  # type: ignore[misc]  # transformers has no types here
    """Computes scores over the vocabulary only for tokens with a label: on short answers, in a tenth of the time."""

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Mean cross entropy of the tokens with a label, over the whole update if gradients are accumulated."""
        causal = model.get_base_model() if hasattr(model, "get_base_model") else model
        states = causal.base_model(inputs["input_ids"], attention_mask=inputs["attention_mask"], use_cache=False)[0]
        labels = inputs["labels"][:, 1:]
        has_label = labels != IGNORED
        scores = causal.get_output_embeddings()(states[:, :-1][has_label])
        total = cross_entropy(scores.float(), labels[has_label], reduction="sum")
        loss = total / (num_items_in_batch if num_items_in_batch is not None else has_label.sum())
        return (loss, {"logits": scores}) if return_outputs else loss

    def prediction_step(self, model: Any, inputs: dict[str, Any], *_unused: Any, **_ignored: Any) -> Any:
        """Compute the loss only."""
        with torch.no_grad():
            return self.compute_loss(model, inputs).detach(), None, None


class Reporter(TrainerCallback):  # type: ignore[misc]  # transformers has no types here
    """Writes all measurements, and after every step the progress and the time left."""

    def __init__(self, metrics: MetricLog) -> None:
        self._metrics = metrics
        self._started = time.monotonic()

    def on_train_begin(self, _args: Any, _state: Any, _control: Any, **_: Any) -> None:
        self._started = time.monotonic()

    def on_step_end(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        share = state.global_step / state.max_steps
        spent = time.monotonic() - self._started
        left = spent * (1 - share) / share
        self._metrics.write({"progress": round(share, 4), "seconds_left": round(left, 1)}, state.global_step)

    def on_log(self, _args: Any, state: Any, _control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        values = {name: float(value) for name, value in (logs or {}).items() if name in REPORTED}
        self._metrics.write(values, state.global_step)
        if "loss" in values or "eval_loss" in values:
            text = ", ".join(f"{name} {value:.4g}" for name, value in values.items())
            print(f"step {state.global_step} of {state.max_steps}: {text}", flush=True)
