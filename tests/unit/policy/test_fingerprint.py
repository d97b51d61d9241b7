from typing import Any

import pytest

from shared.models.config import ProjectConfig
from shared.policy.fingerprint import config_sha256, fingerprint

BASE: dict[str, Any] = {
    "data": "ab" * 32,
    "hyperparameters": {"learning_rate": 5e-6, "apply_lora": "true"},
    "component": "azureml://registries/azureml/components/chat_completion_pipeline/versions/0.0.82",
    "base_model": "azureml://registries/azureml/models/Phi-4/versions/8",
}


def test_the_order_of_hyperparameters_does_not_change_the_fingerprint() -> None:
    reordered = BASE | {"hyperparameters": dict(reversed(BASE["hyperparameters"].items()))}
    assert fingerprint(**reordered) == fingerprint(**BASE)


@pytest.mark.parametrize(
    "change",
    [
        {"data": "cd" * 32},
        {"hyperparameters": {"learning_rate": 6e-6, "apply_lora": "true"}},
        {"component": BASE["component"][:-1] + "3"},
        {"base_model": BASE["base_model"][:-1] + "9"},
    ],
)
def test_any_change_gives_another_fingerprint(change: dict[str, Any]) -> None:
    assert fingerprint(**(BASE | change)) != fingerprint(**BASE)


def test_a_changed_setting_gives_another_digest_of_the_configuration() -> None:
    assert config_sha256(ProjectConfig()) == config_sha256(ProjectConfig())
    assert config_sha256(ProjectConfig(budget_usd=5)) != config_sha256(ProjectConfig())
