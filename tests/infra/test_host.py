"""host.json and the sample of local settings."""

import json
import re
from typing import Any

import pytest

from functions import reap, reconcile, sweep
from local import identity
from local.stack_settings import SCHEDULES, TRAINING_IDENTITY, AzureMl
from shared.core.settings import Settings
from tests.infra.snapshot import ROOT

HOST: dict[str, Any] = json.loads((ROOT / "host.json").read_text())
SAMPLE: dict[str, str] = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]


def test_the_sample_has_every_setting_and_they_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    aliases = {str(field.alias) for field in Settings.model_fields.values()}
    for name in aliases:
        monkeypatch.setenv(name, SAMPLE[name])
    assert Settings().blob_uri == SAMPLE["AzureWebJobsStorage__blobServiceUri"]


def test_the_sample_shows_the_defaults_of_what_need_not_be_set() -> None:
    shown = {"registry", "component", "base_model", "compute", "instance_type", "experiment", "budget_per_run_usd"}
    for name in (*shown, "longest_lease_hours"):
        field = Settings.model_fields[name]
        assert type(field.default)(SAMPLE[str(field.alias)]) == field.default


def test_the_sample_goes_by_identity() -> None:
    assert SAMPLE["AzureWebJobsStorage__credential"] == "managedidentity"
    assert "AzureWebJobsStorage" not in SAMPLE
    assert not re.search(r"AccountKey|SharedAccess|password", json.dumps(SAMPLE))


def test_the_sample_fits_the_stack_on_the_laptop() -> None:
    azureml = AzureMl(
        "https://127.0.0.1:10004", SAMPLE["IDENTITY_ENDPOINT"], "", SAMPLE["TUNEDROP_SUBSCRIPTION_ID"], "", ""
    )
    assert json.loads(SAMPLE["TUNEDROP_CLOUD_METADATA"]) == azureml.cloud_metadata
    assert SAMPLE["IDENTITY_HEADER"] == identity.HEADER
    assert SAMPLE["IDENTITY_ENDPOINT"].endswith(identity.ROUTE)
    assert SAMPLE["TUNEDROP_TRAINING_IDENTITY"] == TRAINING_IDENTITY
    assert {name: SAMPLE[name] for name in SCHEDULES} == SCHEDULES


def test_every_timer_has_its_schedule_in_the_sample() -> None:
    assert {name for name in SAMPLE if name.endswith("_SCHEDULE")} == {
        f"{module.__name__.rpartition('.')[2].upper()}_SCHEDULE" for module in (reconcile, sweep, reap)
    }


def test_routes_begin_with_api() -> None:
    assert HOST["extensions"].get("http", {}).get("routePrefix", "api") == "api"


def test_the_bundle_is_the_one_with_event_grid_and_queues_for_identities() -> None:
    assert HOST["extensionBundle"] == {
        "id": "Microsoft.Azure.Functions.ExtensionBundle",
        "version": "[4.*, 5.0.0)",
    }


def test_requests_and_exceptions_are_never_sampled_away() -> None:
    excluded = HOST["logging"]["applicationInsights"]["samplingSettings"]["excludedTypes"]
    assert set(excluded.split(";")) == {"Request", "Exception"}
    assert HOST["telemetryMode"] == "OpenTelemetry"
