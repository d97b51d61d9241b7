"""The fine-tuning component's hyperparameters, with its names and defaults, checked before anything is loaded."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from local.azureml.runner.errors import StepError
from local.azureml.runner.spec import Value

Scheduler = Literal["linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup"]


class Hyperparameters(BaseModel):
    """The hyperparameters of the finetune step. Numbers and booleans may be strings, as Azure ML passes them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    apply_lora: bool = False
    merge_lora_weights: bool = True
    lora_r: int = Field(8, ge=1)
    lora_alpha: int = Field(128, ge=1)
    lora_dropout: float = Field(0.0, ge=0, lt=1)

    learning_rate: float = Field(2e-5, gt=0)
    lr_scheduler_type: Scheduler = "linear"
    warmup_steps: int = Field(0, ge=0)
    num_train_epochs: int = Field(1, ge=1)
    max_steps: int = Field(-1, ge=-1)
    per_device_train_batch_size: int = Field(1, ge=1)
    per_device_eval_batch_size: int = Field(1, ge=1)
    gradient_accumulation_steps: int = Field(1, ge=1)

    optim: Literal["adamw_torch", "adafactor"] = "adamw_torch"
    weight_decay: float = Field(0.0, ge=0)
    adam_beta1: float = Field(0.9, ge=0, lt=1)
    adam_beta2: float = Field(0.999, ge=0, lt=1)
    adam_epsilon: float = Field(1e-8, gt=0)
    max_grad_norm: float = Field(1.0, ge=0)
    precision: Literal["32", "16"] = "32"
    seed: int = Field(42, ge=0)

    evaluation_strategy: Literal["epoch", "steps", "disable"] = "epoch"
    evaluation_steps_interval: float = Field(0.0, ge=0)
    eval_steps: int = Field(500, ge=1)
    logging_strategy: Literal["epoch", "steps"] = "steps"
    logging_steps: int = Field(10, ge=1)

    @classmethod
    def parse(cls, inputs: dict[str, Value]) -> "Hyperparameters":
        """Read the hyperparameters among a step's inputs.

        Raises:
            StepError: some are wrong; the message names all of them.
        """
        values = {name: _plain(value) for name, value in inputs.items() if name in cls.model_fields}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise StepError("BadHyperparameter", _explain(error)) from None

    @property
    def lora_scale(self) -> float:
        """Factor of LoRA's update."""
        return self.lora_alpha / self.lora_r


def _plain(value: Value) -> Value:
    """``precision: 16`` arrives as a number from some models' defaults, though the component declares a string."""
    return value if isinstance(value, bool | float) else str(value)


def _explain(error: ValidationError) -> str:
    faults = (f"{fault['loc'][0]} = {fault['input']!r} ({fault['msg'].lower()})" for fault in error.errors())
    return f"Wrong hyperparameters: {'; '.join(faults)}."
