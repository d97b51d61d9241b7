import json
from pathlib import Path
from typing import Any

import pytest

from local.eventgrid.subscriptions import Subscription, load
from shared.core.errors import ConfigError
from tests.contract.eventgrid.conftest import an_event


def wants(event: dict[str, Any], **filters: Any) -> bool:
    return Subscription("s", "custom", "http://127.0.0.1", **filters).wants("custom", event)


def test_only_events_of_its_topic_are_wanted() -> None:
    assert not Subscription("s", "uploads", "").wants("runs", an_event("a"))


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({}, True),
        ({"included_event_types": ("thing.MADE",)}, True),
        ({"included_event_types": ("Thing.Unmade",)}, False),
        ({"subject_begins_with": "THINGS/"}, True),
        ({"subject_begins_with": "other/"}, False),
        ({"subject_ends_with": "/A"}, True),
        ({"subject_ends_with": ".jsonl"}, False),
        ({"advanced": {"data.api": ("PutBlob",)}}, True),
        ({"advanced": {"data.api": ("CopyBlob",)}}, False),
        ({"advanced": {"data.nothing": ("PutBlob",)}}, False),
        ({"advanced": {"data.api": ("PutBlob",), "subject": ("things/b",)}}, False),
    ],
)
def test_all_filters_must_agree(filters: dict[str, Any], wanted: bool) -> None:
    assert wants(an_event("a", data={"api": "PutBlob"}), **filters) is wanted


@pytest.mark.parametrize(
    "content",
    [
        "no json",
        "[1]",
        json.dumps([{"name": "a", "source": "uploads"}]),
        json.dumps([{"name": "a", "source": "uploads", "endpoint": "http://x", "surprise": 1}]),
        json.dumps([{"name": "a", "source": "uploads", "endpoint": "http://x", "delivery_schema": "odd"}]),
        json.dumps([{"name": "a", "source": "uploads", "endpoint": "http://x"}] * 2),
    ],
)
def test_wrong_file_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "subscriptions.json"
    path.write_text(content)
    with pytest.raises(ConfigError, match=r"subscriptions\.json"):
        load(path)
