"""The Functions app and its settings."""

import json
from typing import Any

import pytest
import yaml

from scripts.package import python_version
from shared.core.settings import Settings
from tests.infra.snapshot import ROOT, Snapshot, noun, referenced

SCHEDULES = ("RECONCILE_SCHEDULE", "SWEEP_SCHEDULE", "REAP_SCHEDULE")


@pytest.fixture(scope="module")
def settings(main: Snapshot) -> dict[str, str]:
    properties: dict[str, str] = main.one("Microsoft.Web/sites/config", "/appsettings")["properties"]
    return properties


@pytest.fixture(scope="module")
def site(main: Snapshot) -> dict[str, Any]:
    return main.one("Microsoft.Web/sites")


def test_every_required_setting_is_set(settings: dict[str, str]) -> None:
    needed = {str(field.alias) for field in Settings.model_fields.values() if field.is_required()}
    assert needed and needed <= set(settings)


def test_every_tunedrop_setting_is_one_that_the_app_reads(settings: dict[str, str]) -> None:
    known = {field.alias for field in Settings.model_fields.values()}
    assert {name for name in settings if name.startswith("TUNEDROP_")} <= known


@pytest.mark.parametrize("service", ["blob", "queue", "table"])
def test_the_host_reaches_storage_by_identity(settings: dict[str, str], main: Snapshot, service: str) -> None:
    account = main.one("Microsoft.Web/sites/config", "/appsettings")["properties"]["TUNEDROP_STORAGE_ID"]
    name = account.rpartition("/")[2]
    uri = settings[f"AzureWebJobsStorage__{service}ServiceUri"]
    assert uri == f"[format('https://{{0}}.{service}.{{1}}', '{name}', environment().suffixes.storage)]"
    assert settings["AzureWebJobsStorage__credential"] == "managedidentity"
    assert noun(referenced(settings["AzureWebJobsStorage__clientId"])) == "app"


def test_the_code_is_the_app_identity_and_tries_no_other(settings: dict[str, str]) -> None:
    assert noun(referenced(settings["AZURE_CLIENT_ID"])) == "app"
    assert settings["AZURE_TOKEN_CREDENTIALS"] == "ManagedIdentityCredential"


def test_jobs_run_as_the_training_identity_on_the_cluster(settings: dict[str, str], main: Snapshot) -> None:
    assert noun(referenced(settings["TUNEDROP_TRAINING_IDENTITY"])) == "training"
    cluster = main.one("Microsoft.MachineLearningServices/workspaces/computes")
    assert cluster["name"] == f"{settings['TUNEDROP_WORKSPACE']}/{settings['TUNEDROP_COMPUTE']}"


def test_telemetry_is_written_by_identity(settings: dict[str, str], main: Snapshot) -> None:
    assert main.one("Microsoft.Insights/components")["properties"]["DisableLocalAuth"] is True
    authentication = settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]
    assert authentication.startswith("[format('ClientId={0};Authorization=AAD'")
    assert noun(referenced(authentication)) == "app"


def test_no_setting_holds_a_secret(settings: dict[str, str]) -> None:
    for value in settings.values():
        assert not [word for word in ("listKeys", "AccountKey", "SharedAccess", "sig=", "password") if word in value]
    assert "AzureWebJobsStorage" not in settings


@pytest.mark.parametrize("name", SCHEDULES)
def test_timers_have_schedules_of_six_fields(settings: dict[str, str], name: str) -> None:
    assert len(settings[name].split()) == 6


def test_flex_refuses_settings_that_belong_to_other_plans(settings: dict[str, str]) -> None:
    refused = {"FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION", "WEBSITE_RUN_FROM_PACKAGE"}
    assert not {*refused, "SCM_DO_BUILD_DURING_DEPLOYMENT"} & set(settings)


def test_the_app_is_flex_consumption_with_the_package_in_its_own_storage(site: dict[str, Any], main: Snapshot) -> None:
    assert main.one("Microsoft.Web/serverfarms")["sku"] == {"name": "FC1", "tier": "FlexConsumption"}
    config = site["properties"]["functionAppConfig"]
    assert config["runtime"] == {"name": "python", "version": python_version()}
    storage = config["deployment"]["storage"]
    assert storage["authentication"]["type"] == "UserAssignedIdentity"
    assert noun(storage["authentication"]["userAssignedIdentityResourceId"]) == "app"
    assert storage["value"].endswith("'app-package')]")


def test_one_instance_answers_many_requests(site: dict[str, Any]) -> None:
    """Without this setting, Flex Consumption gives a Python instance one request at a time."""
    triggers = site["properties"]["functionAppConfig"]["scaleAndConcurrency"]["triggers"]
    assert triggers["http"]["perInstanceConcurrency"] == 100


def test_nobody_publishes_with_a_password_or_reads_over_plain_http(site: dict[str, Any], main: Snapshot) -> None:
    policies = main.all("Microsoft.Web/sites/basicPublishingCredentialsPolicies")
    assert [policy["properties"]["allow"] for policy in policies] == [False, False]
    assert site["properties"]["httpsOnly"] is True
    assert site["properties"]["siteConfig"]["ftpsState"] == "Disabled"


def test_azd_finds_the_app_by_its_service(site: dict[str, Any]) -> None:
    services = yaml.safe_load((ROOT / "azure.yaml").read_text())["services"]
    assert list(services) == [site["tags"]["azd-service-name"]]


def test_preparation_fits_the_instance_as_often_as_the_host_may_start_it(site: dict[str, Any]) -> None:
    """One preparation takes at most 250 MB (measured). The host and Python share the rest."""
    queues = json.loads((ROOT / "host.json").read_text())["extensions"]["queues"]
    at_once = queues["batchSize"] + queues["newBatchThreshold"]
    memory = site["properties"]["functionAppConfig"]["scaleAndConcurrency"]["instanceMemoryMB"]
    assert at_once * 250 <= memory / 2
