"""The JSON Schema of tunedrop.yaml accepts what the app accepts."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from scripts import schemas
from scripts.generate_docs import ROOT
from shared.data.settings import reader
from shared.data.settings.yaml_lines import parse
from shared.models.config import ProjectConfig
from shared.models.receipt import Receipt
from tests.receipts import SCHEMAS, validator

ANYTHING: st.SearchStrategy[Any] = st.sampled_from(
    [None, 0, 1, 40, 41, -3, 0.5, 250.25, True, "", "train", "messages", "user", [], ["x"], {}]
)
DURATIONS = st.sampled_from(["12h", "7d", "90 s", "0h", "007d", "9999d", "10000d", "a while", "1 h 30 m", "12H"])
MOMENTS = st.sampled_from(["2026-12-24", "2026-12-24 18:00", "2026-12-24T18:00:30+01:00", "2026-13-01", "24.12.2026"])
WORDS = ["train", "validate", "normalised", "exact", "truncate", "drop", "reject", "off", "redact", "upload", "project"]
LIKELY: dict[str, st.SearchStrategy[Any]] = {
    "hyperparameters": st.dictionaries(st.sampled_from(["seed", "lora_r"]), ANYTHING, max_size=2),
    "roles": st.dictionaries(st.sampled_from(["customer", "user"]), st.sampled_from(["user", "usr", None]), max_size=2),
    "repair": st.lists(st.sampled_from(["merge_turns", "drop_trailing_user", "merge", None]), max_size=2),
    "keep": st.lists(st.sampled_from(["prompt", "messages", 5]), max_size=2),
    "split": st.dictionaries(st.sampled_from(["test", "validation", "train"]), st.integers(0, 41), max_size=2),
    "lease": st.fixed_dictionaries({}, optional={"idle": DURATIONS, "max_age": DURATIONS, "keep_until": MOMENTS}),
}
NAMES = [*ProjectConfig.model_fields, "budget"]
SETTINGS = st.sampled_from(NAMES).flatmap(
    lambda name: st.tuples(st.just(name), LIKELY.get(name, st.sampled_from(WORDS)) | ANYTHING)
)


def accepts(raw: bytes) -> bool:
    is_valid: bool = validator("tunedrop-yaml").is_valid(parse(raw).value)
    return is_valid


@given(st.lists(SETTINGS, max_size=3).map(dict))
def test_the_schema_accepts_what_the_app_accepts(settings: dict[str, Any]) -> None:
    raw = json.dumps(settings).encode()
    assert accepts(raw) is isinstance(reader.read(raw), ProjectConfig)


@pytest.mark.parametrize(
    "raw",
    [b"", b"# nothing", b"lease:\nsplit:\n  test:\n", b"mode: Train", b"pii: off", b"lease: 5", b"- mode", b"mode"],
)
def test_the_schema_agrees_on_files_that_people_write(raw: bytes) -> None:
    assert accepts(raw) is isinstance(reader.read(raw), ProjectConfig)


def test_the_examples_are_valid_by_the_schema_that_they_name() -> None:
    files = [*(ROOT / "examples").rglob("tunedrop.yaml")]
    assert files
    for file in files:
        first, _, _ = file.read_text().partition("\n")
        assert (file.parent / first.partition("$schema=")[2]).resolve() == SCHEMAS / "tunedrop-yaml.json"
        assert accepts(file.read_bytes())


@pytest.mark.parametrize("file", sorted(SCHEMAS.glob("*.json")), ids=lambda file: file.name)
def test_every_published_schema_is_a_valid_json_schema(file: Path) -> None:
    Draft7Validator.check_schema(json.loads(file.read_text()))


def test_every_setting_has_a_description_and_so_have_the_fields_of_a_receipt() -> None:
    assert set(schemas.meanings(ProjectConfig)) == set(ProjectConfig.model_fields)
    assert {"sha256", "why", "repaired"} < set(schemas.meanings(Receipt))
