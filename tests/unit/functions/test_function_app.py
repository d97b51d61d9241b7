"""Indexes the app as a cold start does, in a fresh interpreter for each check."""

from pathlib import Path
from typing import Any

import pytest

from shared.core.resources import ADVANCE_QUEUE, FUNCTIONS
from tests.unit.functions.indexing import indexed

ROOT = Path(__file__).parents[3]
HEAVY = ("azure.ai.ml", "datasets", "mlflow", "torch", "pandas", "fastapi")


@pytest.fixture(scope="module")
def index() -> dict[str, Any]:
    """The app, indexed without a single app setting."""
    return indexed()


def trigger(index: dict[str, Any], name: str) -> dict[str, Any]:
    bindings = index["functions"][name]
    binding: dict[str, Any] = next(b for b in bindings if b["type"].lower().endswith("trigger"))
    return binding


def test_every_function_is_indexed_without_any_setting(index: dict[str, Any]) -> None:
    assert set(index["functions"]) == {*FUNCTIONS.values(), "score", "runs", "decisions", "health"}


def test_indexing_loads_nothing_heavy(index: dict[str, Any]) -> None:
    assert not [module for module in index["modules"] if module.startswith(HEAVY)]


def test_both_event_sources_are_event_grid_triggers(index: dict[str, Any]) -> None:
    assert trigger(index, "on_upload")["type"] == trigger(index, "on_job_event")["type"] == "eventGridTrigger"


def test_advance_listens_on_its_queue_in_the_apps_own_storage(index: dict[str, Any]) -> None:
    binding = trigger(index, "advance")
    assert (binding["queueName"], binding["connection"]) == (ADVANCE_QUEUE, "AzureWebJobsStorage")


def test_only_health_is_anonymous(index: dict[str, Any]) -> None:
    levels = {name: trigger(index, name)["authLevel"].lower() for name in ("score", "runs", "decisions", "health")}
    assert levels.pop("health") == "anonymous"
    assert set(levels.values()) == {"function"}


def test_an_app_setting_changes_a_timers_schedule(index: dict[str, Any]) -> None:
    assert trigger(index, "reconcile")["schedule"] == "0 * * * * *"
    assert trigger(indexed(RECONCILE_SCHEDULE="*/2 * * * * *"), "reconcile")["schedule"] == "*/2 * * * * *"


def test_function_app_is_shorter_than_30_lines() -> None:
    assert len((ROOT / "function_app.py").read_text().splitlines()) < 30
