from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import PreflightError
from shared.models.training import Component, ComponentInput, FoundationModel
from shared.policy.hyperparameters import APP_DEFAULTS, coerce, resolve

TRUTH = ["true", "false"]
SPECS: dict[str, dict[str, Any]] = {
    "num_train_epochs": {"type": "integer", "min": 1, "default": 1},
    "per_device_train_batch_size": {"type": "integer", "min": 1},
    "per_device_eval_batch_size": {"type": "integer", "min": 1},
    "learning_rate": {"type": "number"},
    "lora_dropout": {"type": "number", "min": 0, "max": 1},
    "lr_scheduler_type": {"type": "string", "enum": ["linear", "cosine"]},
    "apply_lora": {"type": "string", "enum": TRUTH},
    "apply_deepspeed": {"type": "string", "enum": TRUTH},
    "deepspeed_stage": {"type": "string", "enum": ["2", "3"]},
    "precision": {"type": "string", "enum": ["32", "16"]},
    "flag": {"type": "boolean"},
    "note": {"type": "string"},
    "train_file_path": {"type": "uri_file"},
    "mlflow_model_path": {"type": "mlflow_model"},
    "huggingface_id": {"type": "string"},
    "compute_finetune": {"type": "string"},
    "instance_type_finetune": {"type": "string"},
    "number_of_gpu_to_use_finetuning": {"type": "integer", "min": 1},
    "trust_remote_code": {"type": "string", "enum": TRUTH},
}
SET_BY_APP = SPECS.keys() & {
    "train_file_path",
    "mlflow_model_path",
    "huggingface_id",
    "compute_finetune",
    "instance_type_finetune",
    "number_of_gpu_to_use_finetuning",
    "trust_remote_code",
}
COMPONENT = Component(
    id="azureml://registries/azureml/components/chat_completion_pipeline/versions/0.0.82",
    inputs={name: ComponentInput(name=name, **spec) for name, spec in SPECS.items()},
)
REAL_DEFAULTS = {
    "apply_lora": "true",
    "precision": 16,
    "deepspeed_stage": 3,
    "num_train_epochs": 1,
    "learning_rate": "5e-6",
    "learning_rate_min": 5e-7,
    "lr_scheduler_type": "warp",
    "train_file_path": "elsewhere.jsonl",
    "number_of_gpu_to_use_finetuning": 9,
}


def model(defaults: dict[str, Any] | None = None) -> FoundationModel:
    return FoundationModel(id="m", name="Phi-4", version="8", finetune_skus=[], defaults=defaults or {})


def test_the_users_values_override_the_models_and_the_models_the_apps() -> None:
    resolved = resolve({"num_train_epochs": 5}, model(REAL_DEFAULTS), COMPONENT)
    assert resolved["num_train_epochs"] == 5
    assert resolved["deepspeed_stage"] == "3"
    assert resolved["per_device_train_batch_size"] == APP_DEFAULTS["per_device_train_batch_size"]


def test_the_models_values_are_coerced_and_those_not_accepted_are_left_out() -> None:
    resolved = resolve({}, model(REAL_DEFAULTS), COMPONENT)
    assert resolved["precision"] == "16"
    assert resolved["learning_rate"] == 5e-6
    assert resolved["lr_scheduler_type"] == "cosine"
    assert not {"learning_rate_min", "train_file_path", "number_of_gpu_to_use_finetuning"} & resolved.keys()


def test_the_apps_values_that_the_component_lacks_are_left_out() -> None:
    small = COMPONENT.model_copy(update={"inputs": {"learning_rate": COMPONENT.inputs["learning_rate"]}})
    assert resolve({}, model(), small) == {"learning_rate": 5e-6}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("apply_lora", True, "true"),
        ("apply_lora", "False", "false"),
        ("precision", 16, "16"),
        ("learning_rate", "1e-5", 1e-5),
        ("learning_rate", 1, 1.0),
        ("num_train_epochs", "3", 3),
        ("num_train_epochs", 3.0, 3),
        ("flag", "TRUE", True),
        ("flag", False, False),
        ("note", 7, "7"),
    ],
)
def test_a_value_is_coerced_to_the_declared_type(name: str, value: Any, expected: Any) -> None:
    resolved = resolve({name: value}, model(), COMPONENT)[name]
    assert resolved == expected
    assert type(resolved) is type(expected)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("num_train_epochs", 0, "an integer of at least 1"),
        ("num_train_epochs", 1.5, "an integer"),
        ("num_train_epochs", True, "an integer"),
        ("num_train_epochs", "many", "an integer"),
        ("learning_rate", "nan", "a number"),
        ("learning_rate", 10**400, "a number"),
        ("lora_dropout", 1.5, "at least 0 and at most 1"),
        ("lr_scheduler_type", "foo", '"linear", "cosine"'),
        ("deepspeed_stage", 9, '"2", "3"'),
        ("apply_lora", 1, '"true", "false"'),
        ("flag", "perhaps", "true or false"),
    ],
)
def test_a_value_that_is_not_accepted_is_refused_with_what_is(name: str, value: Any, expected: str) -> None:
    with pytest.raises(PreflightError) as refusal:
        resolve({name: value}, model(), COMPONENT)
    assert name in refusal.value.message
    assert expected in refusal.value.remedy


def test_an_unknown_name_is_refused_with_a_suggestion() -> None:
    with pytest.raises(PreflightError, match="Did you mean 'learning_rate'"):
        resolve({"learning_rat": 1e-5}, model(), COMPONENT)
    with pytest.raises(PreflightError, match="It has: apply_deepspeed, apply_lora"):
        resolve({"zzz": 1}, model(), COMPONENT)


@pytest.mark.parametrize("name", sorted(SET_BY_APP))
def test_a_hyperparameter_that_the_app_sets_is_refused(name: str) -> None:
    with pytest.raises(PreflightError, match=f"Tunedrop sets '{name}' itself"):
        resolve({name: "1"}, model(), COMPONENT)


@given(st.dictionaries(st.sampled_from(sorted(SPECS)), st.one_of(st.none(), st.text(), st.floats(), st.integers())))
def test_whatever_a_model_suggests_the_result_is_accepted_by_the_component(defaults: dict[str, Any]) -> None:
    resolved = resolve({}, model(defaults), COMPONENT)
    assert list(resolved) == sorted(resolved)
    assert all(coerce(value, COMPONENT.inputs[name]) == value for name, value in resolved.items())
