from typing import Any

from shared.core.settings import Settings
from shared.gateways.azureml import cloud
from shared.gateways.blobs import AzureBlobs


def settings(**more: Any) -> Settings:
    names = ("blob_uri", "queue_uri", "table_uri", "storage_id", "subscription_id", "resource_group", "workspace")
    return Settings(**{**dict.fromkeys(names, ""), **more})


def metadata(address: str) -> dict[str, str]:
    return {"resource_manager": address, "aml_resource_id": "https://ml.azure.cn/"}


def test_public_azure_needs_no_setting() -> None:
    public = settings()
    assert cloud.client_options(public) == {}
    assert cloud.resource_manager(public) == "https://management.azure.com"
    assert cloud.arm_scope(public) == "https://management.azure.com/.default"
    assert cloud.scoring_scope(public) == "https://ml.azure.com/.default"


def test_another_cloud_brings_its_addresses_and_audiences() -> None:
    other = settings(cloud_metadata=metadata("https://management.example/"))
    assert cloud.arm_scope(other) == "https://management.example/.default"
    assert cloud.scoring_scope(other) == "https://ml.azure.cn/.default"
    assert cloud.client_options(other)["cloud_metadata"] == other.cloud_metadata


def test_two_stand_ins_in_one_process_are_two_clouds() -> None:
    names = {
        cloud.client_options(settings(cloud_metadata=metadata(f"https://127.0.0.1:{port}")))["cloud"]
        for port in (1, 2, 2)
    }
    assert len(names) == 2
    assert "AzureCloud" not in names


def test_the_account_is_named_by_host_or_by_path() -> None:
    of = {
        "https://stacme.blob.core.windows.net/": "stacme",
        "https://stacme.blob.core.windows.net": "stacme",
        "https://127.0.0.1:10000/devstoreaccount1": "devstoreaccount1",
    }
    for uri, account in of.items():
        unused: Any = None
        assert AzureBlobs(settings(blob_uri=uri), unused).account == account
