import json
from datetime import UTC, datetime

import pytest

from shared.policy import model_tags

DEFAULTS = {"apply_lora": "true", "precision": 16, "learning_rate": 5e-06, "learning_rate_max": 5e-05}
SIZES = ["Standard_NC24ads_A100_v4", "Standard_ND96asr_v4"]


@pytest.mark.parametrize("value", [DEFAULTS, json.dumps(DEFAULTS), repr(DEFAULTS)])
def test_defaults_are_read_from_json_python_literals_and_objects(value: object) -> None:
    assert model_tags.defaults({"model_specific_defaults": value}) == DEFAULTS


@pytest.mark.parametrize("value", [None, "", "not {a: dict", "[1, 2]", "__import__('os').getcwd()"])
def test_unreadable_defaults_are_left_out(value: object) -> None:
    assert model_tags.defaults({"model_specific_defaults": value}) == {}


@pytest.mark.parametrize("value", [SIZES, json.dumps(SIZES), repr(SIZES), ", ".join(SIZES), f"[ {', '.join(SIZES)} ]"])
def test_sizes_are_read_from_every_form_of_the_tag(value: object) -> None:
    assert model_tags.finetune_skus({"finetune_compute_allow_list": value}) == SIZES


def test_sizes_are_read_from_the_system_metadata_without_the_tag() -> None:
    metadata = {"supportedComputes": {"finetuneComputes": SIZES}}
    assert model_tags.finetune_skus({}, metadata) == SIZES
    assert model_tags.finetune_skus({}, json.dumps(metadata)) == SIZES


def test_a_model_that_states_no_sizes_has_none() -> None:
    assert model_tags.finetune_skus({}, None) == []


def test_the_retirement_is_read_from_the_tag_or_the_metadata() -> None:
    expected = datetime(2025, 8, 30, tzinfo=UTC)
    metadata = {"deprecation": {"finetuneRetirementDate": "2025-08-30T00:00:00.000000Z"}}
    assert model_tags.retirement({"FinetuneRetirementDate": "2025-08-30"}) == expected
    assert model_tags.retirement({}, metadata) == expected
    assert model_tags.retirement({}, {}) is None


@pytest.mark.parametrize(
    ("metadata", "window"),
    [
        ({"textContextWindow": 4096}, 4096),
        ('{"textContextWindow": "4096"}', 4096),
        ({"textContextWindow": "large"}, None),
        ({"textContextWindow": 0}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_context_window_is_read_from_the_metadata(metadata: object, window: int | None) -> None:
    assert model_tags.context_window(metadata) == window
