import json
from dataclasses import dataclass

import pytest

from local.stack_settings import AzureMl, app_settings, client_environment, subscriptions
from shared.core import resources
from shared.core.settings import Settings

READY = {
    "url": "https://127.0.0.1:8443",
    "identity_endpoint": "http://127.0.0.1:8080/msi/token",
    "ca": "/certs/ca.pem",
    "subscription_id": "s",
    "resource_group": "g",
    "workspace": "w",
    "pid": 1,
}


@dataclass(frozen=True)
class Storage:
    blob_uri: str = "https://127.0.0.1:1/devstoreaccount1"
    queue_uri: str = "https://127.0.0.1:2/devstoreaccount1"
    table_uri: str = "https://127.0.0.1:3/devstoreaccount1"


def test_the_app_finds_every_setting_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in app_settings(AzureMl.read(READY), Storage()).items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.workspace_id == (
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
    )
    assert settings.cloud_metadata is not None
    assert settings.cloud_metadata["resource_manager"] == "https://127.0.0.1:8443"
    assert settings.storage_id.endswith("/storageAccounts/devstoreaccount1")
    assert settings.training_identity


def test_only_the_laptops_identity_is_tried() -> None:
    environment = client_environment(AzureMl.read(READY))
    assert environment["AZURE_TOKEN_CREDENTIALS"] == "ManagedIdentityCredential"
    assert environment["IDENTITY_ENDPOINT"] == READY["identity_endpoint"]
    assert environment["REQUESTS_CA_BUNDLE"] == environment["SSL_CERT_FILE"] == "/certs/ca.pem"


def test_uploads_and_run_events_go_to_the_functions_that_want_them() -> None:
    uploads, runs = subscriptions("http://127.0.0.1:7071", "secret")
    assert uploads["endpoint"] == "http://127.0.0.1:7071/runtime/webhooks/EventGrid?functionName=on_upload&code=secret"
    assert uploads["subject_begins_with"] == "/blobServices/default/containers/uploads/"
    assert uploads["advanced"] == {"data.api": sorted(resources.UPLOAD_EVENT_APIS)}
    assert runs["endpoint"].partition("?")[2] == "functionName=on_job_event&code=secret"
    assert set(runs["included_event_types"]) == resources.RUN_EVENT_TYPES
    assert json.dumps([uploads, runs])
