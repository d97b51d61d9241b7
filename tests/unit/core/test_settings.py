"""App settings: an error names each setting that is missing or wrong."""

import pytest

from shared.core.errors import SettingsError
from shared.core.settings import Settings, settings

REQUIRED = {
    "AzureWebJobsStorage__blobServiceUri": "https://127.0.0.1/blob",
    "AzureWebJobsStorage__queueServiceUri": "https://127.0.0.1/queue",
    "AzureWebJobsStorage__tableServiceUri": "https://127.0.0.1/table",
    "TUNEDROP_STORAGE_ID": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a",
    "TUNEDROP_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000001",
    "TUNEDROP_RESOURCE_GROUP": "rg",
    "TUNEDROP_WORKSPACE": "ws",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in (field.alias for field in Settings.model_fields.values()):
        assert name
        monkeypatch.delenv(name, raising=False)
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    return monkeypatch


@pytest.mark.parametrize("name", REQUIRED)
def test_the_error_names_a_missing_setting(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(name)
    with pytest.raises(SettingsError, match=name):
        settings()


def test_the_error_names_a_wrong_setting_and_what_it_must_be(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("TUNEDROP_BUDGET_PER_RUN_USD", "plenty")
    with pytest.raises(SettingsError, match=r"TUNEDROP_BUDGET_PER_RUN_USD .*number"):
        settings()


def test_the_workspace_id_is_an_arm_id(environment: pytest.MonkeyPatch) -> None:
    assert settings().workspace_id.endswith(
        "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"
    )
