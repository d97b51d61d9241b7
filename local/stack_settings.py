"""What connects the parts of the stack: the app's settings on the laptop, and the event subscriptions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from local import identity
from local.azurite import ACCOUNT
from local.azurite.provision import StorageUris
from shared.core import resources

QUIET: Final[Mapping[str, str]] = {
    "PYTHONUNBUFFERED": "1",
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
}
"""Environment in which nothing calls hosts beyond the laptop, and the stack's own identity is the only one."""

TRAINING_IDENTITY: Final = "00000000-0000-0000-0000-0000000071d0"
SCHEDULES: Final[Mapping[str, str]] = {
    "RECONCILE_SCHEDULE": "*/2 * * * * *",
    "SWEEP_SCHEDULE": "0 0 * * * *",
    "REAP_SCHEDULE": "*/5 * * * * *",
}


@dataclass(frozen=True)
class AzureMl:
    """Where the Azure ML stand-in is: a part of its ``ready.json``."""

    url: str
    identity_endpoint: str
    ca: str
    subscription_id: str
    resource_group: str
    workspace: str

    @classmethod
    def read(cls, ready: Mapping[str, Any]) -> Self:
        """Read it from the content of ``ready.json``."""
        return cls(**{name: ready[name] for name in cls.__dataclass_fields__})

    @property
    def storage_id(self) -> str:
        """Resource id of the laptop's storage account."""
        group = f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
        return f"{group}/providers/Microsoft.Storage/storageAccounts/{ACCOUNT}"

    @property
    def cloud_metadata(self) -> dict[str, str]:
        """The setting ``TUNEDROP_CLOUD_METADATA``, which points azure-ai-ml at the stand-in."""
        services = ("azure_portal", "resource_manager", "active_directory", "registry_discovery_endpoint")
        return dict.fromkeys(services, self.url) | {
            "aml_resource_id": "https://ml.azure.com/",
            "storage_endpoint": "localhost",
        }


def client_environment(azureml: AzureMl) -> dict[str, str]:
    """Environment of a process that calls the stack through Azure's SDKs."""
    return {
        **QUIET,
        "IDENTITY_ENDPOINT": azureml.identity_endpoint,
        "IDENTITY_HEADER": identity.HEADER,
        "REQUESTS_CA_BUNDLE": azureml.ca,
        "SSL_CERT_FILE": azureml.ca,
    }


def app_settings(azureml: AzureMl, storage: StorageUris) -> dict[str, str]:
    """The app settings that differ between the laptop and Azure."""
    return {
        "AzureWebJobsStorage__blobServiceUri": storage.blob_uri,
        "AzureWebJobsStorage__queueServiceUri": storage.queue_uri,
        "AzureWebJobsStorage__tableServiceUri": storage.table_uri,
        "TUNEDROP_STORAGE_ID": azureml.storage_id,
        "TUNEDROP_SUBSCRIPTION_ID": azureml.subscription_id,
        "TUNEDROP_RESOURCE_GROUP": azureml.resource_group,
        "TUNEDROP_WORKSPACE": azureml.workspace,
        "TUNEDROP_TRAINING_IDENTITY": TRAINING_IDENTITY,
        "TUNEDROP_CLOUD_METADATA": json.dumps(azureml.cloud_metadata),
        **SCHEDULES,
    }


def subscriptions(app: str, key: str) -> list[dict[str, Any]]:
    """The two event subscriptions that ``infra/events.bicep`` creates on Azure."""

    def webhook(function: str) -> str:
        return f"{app}/runtime/webhooks/EventGrid?functionName={resources.FUNCTIONS[function]}&code={key}"

    return [
        {
            "name": "uploads",
            "source": "uploads",
            "endpoint": webhook("onUpload"),
            "included_event_types": sorted(resources.UPLOAD_EVENT_TYPES),
            "subject_begins_with": f"/blobServices/default/containers/{resources.UPLOADS}/",
            "advanced": {"data.api": sorted(resources.UPLOAD_EVENT_APIS)},
        },
        {
            "name": "runs",
            "source": "runs",
            "endpoint": webhook("onJobEvent"),
            "included_event_types": sorted(resources.RUN_EVENT_TYPES),
            "subject_begins_with": "",
            "advanced": {},
        },
    ]
