import pytest

from local.azureml.core.errors import ApiError
from local.azureml.registry.components import COMPONENT, is_component, literals


def test_values_are_typed_as_declared_and_completed_with_defaults() -> None:
    values = literals({"num_train_epochs": "3", "learning_rate": "5e-6", "precision": "16"})

    assert values["num_train_epochs"] == 3
    assert values["learning_rate"] == 5e-6
    assert values["precision"] == "16"
    assert values["task_name"] == "ChatCompletion"
    assert "huggingface_id" not in values


@pytest.mark.parametrize(
    "given",
    [
        {"learning_rate_min": "1"},
        {"num_train_epochs": "1.5"},
        {"num_train_epochs": "0"},
        {"apply_lora": "True"},
        {"deepspeed_stage": "9"},
        {"learning_rate": "fast"},
    ],
)
def test_values_that_are_not_as_declared_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ApiError) as refusal:
        literals(given)
    assert refusal.value.status == 400
    assert next(iter(given)) in refusal.value.message


@pytest.mark.parametrize(
    ("component_id", "expected"),
    [
        ("azureml://registries/azureml/components/chat_completion_pipeline/versions/0.0.82", True),
        ("azureml://registries/azureml/components/chat_completion_pipeline/labels/latest", True),
        ("azureml://registries/azureml/components/chat_completion_pipeline/versions/0.0.1", False),
        ("azureml://registries/azureml/components/other/versions/0.0.82", False),
        (None, False),
    ],
)
def test_component_is_known_by_its_id(component_id: str | None, expected: bool) -> None:
    assert is_component(component_id) is expected


def test_every_default_fits_its_own_declaration() -> None:
    defaults = {name: each["default"] for name, each in COMPONENT["inputs"].items() if "default" in each}
    assert literals(defaults) == literals({})
