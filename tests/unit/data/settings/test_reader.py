from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.data.settings import reader
from shared.models.config import ProjectConfig

WHOLE = b"""
mode: validate
base_model: Phi-4
hyperparameters:
  num_train_epochs: 2
  learning_rate: 1e-5
  apply_lora: true
split: {validation: 15, test: 5}
lease:
  max_age: 3d
  idle: 90 m
  keep_until: 2026-12-24 18:00
budget_usd: 25
"""


@pytest.mark.parametrize("raw", [None, b"", b"# nothing\n", b"lease:\nhyperparameters:\n", b"split:\n  test:\n"])
def test_without_settings_all_defaults_apply(raw: bytes | None) -> None:
    assert reader.read(raw) == ProjectConfig()


def test_all_settings_are_read() -> None:
    config = reader.read(WHOLE)
    assert isinstance(config, ProjectConfig)
    assert (config.mode, config.base_model, config.budget_usd) == ("validate", "Phi-4", 25)
    assert config.hyperparameters == {"num_train_epochs": 2, "learning_rate": 1e-5, "apply_lora": True}
    assert (config.split.validation, config.split.test) == (15, 5)
    assert (config.lease.max_age, config.lease.idle) == (timedelta(days=3), timedelta(minutes=90))
    assert config.lease.keep_until == datetime(2026, 12, 24, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "line", "detail", "hint"),
    [
        (b"mode: train\nbudget: 5\n", 2, "there is no setting 'budget'", "Did you mean 'budget_usd'?"),
        (b"lease:\n  max_ages: 3d\n", 2, "there is no setting 'lease.max_ages'", "Did you mean 'max_age'?"),
        (b"budget:\n", 1, "there is no setting 'budget'", "Did you mean 'budget_usd'?"),
        (b"zzz: 1\n", 1, "there is no setting 'zzz'", "Allowed: mode, base_model, "),
        (b"1: 2\n", 1, "there is no setting '1'", "Allowed: mode, "),
        (b"\n\nmode: fast\n", 3, "'mode' cannot be 'fast'", "Allowed: train, validate."),
        (b"pii: Redacted\n", 1, "'pii' cannot be 'Redacted'", "Did you mean 'redact'? Allowed: off, warn, "),
        (b"split:\n  validation: 1\n  test: 50\n", 3, "'split.test' cannot be 50", "at least 1, at most 40."),
        (b"split: {test: '10'}\n", 1, "'split.test' cannot be '10'", "a whole number"),
        (b"lease: 5\n", 1, "'lease' cannot be 5", "indented lines with max_age, idle or keep_until"),
        (b"lease:\n  idle: a while\n", 2, "'lease.idle' cannot be 'a while'", "text such as 90s, 15m, 12h or 7d."),
        (b"lease:\n  idle: 999999999d\n", 2, "'lease.idle' cannot be '999999999d'", "or 7d."),
        (b"lease:\n  max_age: 0h\n", 2, "'lease.max_age' cannot be '0h'", "or 7d."),
        (b"lease:\n  idle: 90\n", 2, "'lease.idle' cannot be 90", "or 7d."),
        (b"lease: {keep_until: 2026-13-24}", 1, "'lease.keep_until' cannot be '2026-13-24'", "2026-12-24 18:00"),
        (b"lease: {keep_until: 2026-02-30}", 1, "'lease.keep_until' cannot be '2026-02-30'", "2026-12-24 18:00"),
        (b"hyperparameters:\n  seed: [1]\n", 2, "'hyperparameters.seed' cannot be a list", "text, a whole number"),
        (b"hyperparameters: fast\n", 1, "'hyperparameters' cannot be 'fast'", "'name: value'"),
        (b"roles: {customer: usr}", 1, "'roles.customer' cannot be 'usr'", "Did you mean 'user'?"),
        (b"repair:\n- merge_turns\n- merge\n", 3, "'repair[1]' cannot be 'merge'", "Allowed: merge_turns, "),
        (b"keep: [prompt, messages]", 1, "'keep[1]' cannot be 'messages'", "text, but not 'messages'"),
        (b"keep: prompt", 1, "'keep' cannot be 'prompt'", "a list of: text"),
        (b"budget_usd: 0\n", 1, "'budget_usd' cannot be 0", "greater than 0"),
        (b"budget_usd: 1e999\n", 1, "'budget_usd' cannot be Infinity", "greater than 0"),
        (b"mode: train\npii: warn\nmode: train\n", 3, "'mode' is already set on line 1", "Keep one"),
        (b"mode: train\n  budget_usd: 5\n", 2, "this is not valid YAML", "one setting per line"),
        (
            b"mode: &a train\npii: *a\n",
            2,
            "this is not valid YAML (aliases and tags are not supported)",
            "one setting per line",
        ),
        (b"- mode\n", 1, "has no settings", "one setting per line"),
        (b"mode: \xff\n", 1, "is not valid YAML", "one setting per line"),
        (b"mode: !!python/object:os.system ls\n", 1, "aliases and tags are not supported", "one setting per line"),
        (b"a: " + b"[" * 1200, 1, "is not valid YAML", "one setting per line"),
        (b"#" * (reader.MAX_BYTES + 1), 1, "larger than 64 KiB", "only settings"),
    ],
)
def test_a_mistake_is_reported_with_its_line_and_a_hint(raw: bytes, line: int, detail: str, hint: str) -> None:
    problems = reader.read(raw)
    assert isinstance(problems, list)
    assert [(problem.file, problem.line) for problem in problems] == [("tunedrop.yaml", line)]
    assert detail in problems[0].detail
    assert hint in problems[0].hint


def test_all_mistakes_are_reported_in_the_order_of_their_lines() -> None:
    problems = reader.read(b"pii: of\nbudget: 5\nsplit: {test: 0}\nmode: train\nmode: fast\n")
    assert isinstance(problems, list)
    assert [line.partition(":")[0] for line in reader.summary(problems).splitlines()] == [
        f"tunedrop.yaml, line {line}" for line in (1, 2, 3, 5, 5)
    ]


def test_no_more_mistakes_are_reported_than_a_record_can_hold() -> None:
    problems = reader.read(b"".join(b"wrong%d: %s\n" % (number, b"x" * 2000) for number in range(30)))
    assert isinstance(problems, list)
    assert len(problems) == reader.PROBLEMS_SHOWN
    assert sum(len(problem.model_dump_json()) for problem in problems) < 16_000


@pytest.mark.parametrize(
    ("text", "value"), [("90 s", "90s"), ("120s", "2m"), ("36h", "36h"), ("48h", "2d"), ("99999999s", "99999999s")]
)
def test_a_duration_is_written_as_it_can_be_read(text: str, value: str) -> None:
    config = reader.read(f"lease: {{idle: {text}}}".encode())
    assert isinstance(config, ProjectConfig)
    assert config.model_dump(mode="json")["lease"]["idle"] == value
    assert ProjectConfig.model_validate_json(config.model_dump_json()) == config


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
@example(b"? [a]\n: 1\n")
@example(b"a: 2026-99-99")
@example(b"a: " + b"9" * 5000)
@example(b"a: !!bool x")
def test_any_file_is_a_configuration_or_a_list_of_mistakes(raw: bytes) -> None:
    result = reader.read(raw)
    if not isinstance(result, ProjectConfig):
        assert result
        assert all(problem.detail and problem.hint and problem.line > 0 for problem in result)
