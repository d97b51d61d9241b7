from typing import Any

from shared.core.settings import Settings
from shared.gateways.azureml import cloud
from shared.gateways.blobs import AzureBlobs


def settings(**more: Any) -> Settings:
    names = ("blob_uri", "queue_uri", "table_uri", "storage_id", "subscription_id", "resource_group", "workspace")
    return Settings(**{**dict.fromkeys(names, ""), **more})


def metadata(address: str) -> dict[str, str]:
    return {"resource_manager": address, "aml_resource_id": "https://ml.azure.cn/"}


def test_the_public_cloud_needs_no_setting() -> None:
    public = settings()
    assert cloud.client_options(public) == {}
    assert cloud.resource_manager(public) == "https://management.azure.com"
    assert cloud.arm_scope(public) == "https://management.azure.com/.default"
    assert cloud.scoring_scope(public) == "https://ml.azure.com/.default"


def test_another_clouds_addresses_and_scopes_come_from_the_setting() -> None:
    other = settings(cloud_metadata=metadata("https://management.example/"))
    assert cloud.arm_scope(other) == "https://management.example/.default"
    assert cloud.scoring_scope(other) == "https://ml.azure.cn/.default"
    assert cloud.client_options(other)["cloud_metadata"] == other.cloud_metadata


def test_stand_ins_with_different_addresses_are_different_clouds() -> None:
    names = {
        cloud.client_options(settings(cloud_metadata=metadata(f"https://127.0.0.1:{port}")))["cloud"]
        for port in (1, 2, 2)
    }
    assert len(names) == 2
    assert "AzureCloud" not in names


def test_the_accounts_name_is_read_from_the_host_or_the_path() -> None:
    accounts = {
        "https://stacme.blob.core.windows.net/": "stacme",
        "https://stacme.blob.core.windows.net": "stacme",
        "https://127.0.0.1:10000/devstoreaccount1": "devstoreaccount1",
    }
    for uri, account in accounts.items():
        unused: Any = None
        assert AzureBlobs(settings(blob_uri=uri), unused).account == account
