"""Indexes the app as a cold start does, in a fresh interpreter for each check."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.paths import FUNCTIONS_2
from shared.core.resources import ADVANCE_QUEUE, FUNCTIONS

ROOT = Path(__file__).parents[3]
HEAVY = ("azure.ai.ml", "datasets", "mlflow", "torch", "pandas", "fastapi")

INDEX = """
import json, sys
import azure.functions, function_app
indexed = function_app.app.get_functions()
functions = {f.get_function_name(): [json.loads(b) for b in f.get_raw_bindings()] for f in indexed}
print(json.dumps({"version": azure.functions.__version__, "functions": functions, "modules": sorted(sys.modules)}))
"""


def indexed(**environment: str) -> dict[str, Any]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": environment.pop("PYTHONPATH", "")} | environment
    run = subprocess.run(
        [sys.executable, "-c", INDEX], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    result: dict[str, Any] = json.loads(run.stdout)
    return result


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


def test_the_app_indexes_under_azure_functions_2(index: dict[str, Any]) -> None:
    newer = indexed(PYTHONPATH=str(FUNCTIONS_2))
    assert newer["version"].startswith("2.")
    assert newer["functions"].keys() == index["functions"].keys()


def test_an_app_setting_changes_a_timers_schedule(index: dict[str, Any]) -> None:
    assert trigger(index, "reconcile")["schedule"] == "0 * * * * *"
    assert trigger(indexed(RECONCILE_SCHEDULE="*/2 * * * * *"), "reconcile")["schedule"] == "*/2 * * * * *"


def test_function_app_is_shorter_than_30_lines() -> None:
    assert len((ROOT / "function_app.py").read_text().splitlines()) < 30
