from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.data import config
from shared.errors import ConfigError
from shared.models.config import ProjectConfig

WHOLE = b"""
mode: validate
base_model: Phi-4
hyperparameters:
  num_train_epochs: 2
  learning_rate: 1e-5
  apply_lora: yes
split: {validation: 15, test: 5}
lease:
  max_age: 3d
  idle: 90 m
  keep_until: 2026-12-24 18:00
budget_usd: 25
"""


@pytest.mark.parametrize("raw", [None, b"", b"# nothing\n", b"lease:\nhyperparameters:\n", b"split:\n  test:\n"])
def test_without_settings_all_defaults_hold(raw: bytes | None) -> None:
    assert config.load(raw) == ProjectConfig()


def test_all_settings_are_read() -> None:
    found = config.load(WHOLE)
    assert (found.mode, found.base_model, found.budget_usd) == ("validate", "Phi-4", 25)
    assert found.hyperparameters == {"num_train_epochs": 2, "learning_rate": "1e-5", "apply_lora": True}
    assert (found.split.validation, found.split.test) == (15, 5)
    assert (found.lease.max_age, found.lease.idle) == (timedelta(days=3), timedelta(minutes=90))
    assert found.lease.keep_until == datetime(2026, 12, 24, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "message", "remedy"),
    [
        (b"mode: train\nbudget: 5\n", "line 2: there is no setting 'budget'", "Did you mean 'budget_usd'?"),
        (b"lease:\n  max_ages: 3d\n", "line 2: there is no setting 'lease.max_ages'", "Did you mean 'max_age'?"),
        (b"zzz: 1\n", "line 1: there is no setting 'zzz'", "There are: base_model, budget_tokens, budget_usd"),
        (b"\n\nmode: fast\n", "line 3: 'mode' is wrong", "'train' or 'validate'"),
        (b"split:\n  validation: 1\n  test: 50\n", "line 3: 'split.test' is wrong", "less than or equal to 40"),
        (b"lease:\n  idle: a while\n", "line 2: 'lease.idle' is wrong", "valid"),
        (b"lease:\n  idle: 999999999d\n", "line 2: 'lease.idle' is wrong", "less than or equal"),
        (b"lease:\n  max_age: 0h\n", "line 2: 'lease.max_age' is wrong", "greater than"),
        (b"hyperparameters:\n  seed: [1]\n", "line 2: 'hyperparameters.seed' is wrong", "valid"),
        (b"budget_usd: 0\n", "line 1: 'budget_usd' is wrong", "greater than 0"),
        (b"mode: train\n  budget_usd: 5\n", "line 2: this is not YAML", "one setting a line"),
        (b"- mode\n", "holds no settings", "one setting a line"),
        (b"mode: \xff\n", "is not YAML", "one setting a line"),
        (b"mode: !!python/object:os.system ls\n", "line 1: this is not YAML", "one setting a line"),
        (b"a: " + b"[" * 3000, "is not YAML", "one setting a line"),
        (b"#" * (config.LARGEST + 1), "larger than 64 KiB", "only settings"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_a_remedy(raw: bytes, message: str, remedy: str) -> None:
    with pytest.raises(ConfigError) as error:
        config.load(raw)
    assert message in error.value.message
    assert remedy in error.value.remedy


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
@example(b"? [a]\n: 1\n")
@example(b"1: 2\n")
@example(b"&a [*a]")
@example(b"&a {b: *a}")
@example(b"a: 2026-99-99")
def test_any_file_is_a_configuration_or_a_named_mistake(raw: bytes) -> None:
    try:
        found = config.load(raw)
    except ConfigError as error:
        assert error.message.startswith("tunedrop.yaml")
        assert error.remedy
    else:
        assert isinstance(found, ProjectConfig)
